internal import CVectors

/// Asks for the cache line of an address that is soon to be read, wherever it is: nothing happens where there is no memory.
@inline(__always)
func prefetch(_ address: UnsafePointer<Float>) { cnn_prefetch(address) }

/// The same for one that is to be written.
@inline(__always)
func prefetchForWriting(_ address: UnsafePointer<Float>) { cnn_prefetch_write(address) }
