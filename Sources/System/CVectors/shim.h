// Fused multiplication and addition of eight floats at once. Swift's `addingProduct` of vectors is a loop over their
// elements, which the compiler turns back into vector instructions only where the surroundings are small.
#ifndef CNN_DIST_CVECTORS_SHIM_H
#define CNN_DIST_CVECTORS_SHIM_H

typedef float cnn_octet __attribute__((ext_vector_type(8)));

// a · b + c, rounded once.
static inline __attribute__((always_inline)) cnn_octet cnn_multiply_add(cnn_octet a, cnn_octet b, cnn_octet c) {
  return __builtin_elementwise_fma(a, b, c);
}

#endif
