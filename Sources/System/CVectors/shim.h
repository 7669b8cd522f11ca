// Operations on eight or sixteen floats at once. Swift's own operators on vectors are loops over their elements, which the
// compiler turns back into vector instructions only where the surroundings are small; these are vector instructions from
// the start. Every one is exact or rounded once, as IEEE 754 has it, so that the bits are the same on every machine.
#ifndef CNN_DIST_CVECTORS_SHIM_H
#define CNN_DIST_CVECTORS_SHIM_H

#define CNN_INLINE static inline __attribute__((always_inline))

typedef float cnn_octet __attribute__((ext_vector_type(8)));

// a · b + c, rounded once.
CNN_INLINE cnn_octet cnn_multiply_add(cnn_octet a, cnn_octet b, cnn_octet c) { return __builtin_elementwise_fma(a, b, c); }
// c - a · b, rounded once.
CNN_INLINE cnn_octet cnn_multiply_subtract(cnn_octet a, cnn_octet b, cnn_octet c) {
  return __builtin_elementwise_fma(-a, b, c);
}

typedef float cnn_lanes __attribute__((ext_vector_type(16)));
typedef int cnn_bits __attribute__((ext_vector_type(16)));

// a · b + c, rounded once.
CNN_INLINE cnn_lanes cnn_lanes_multiply_add(cnn_lanes a, cnn_lanes b, cnn_lanes c) {
  return __builtin_elementwise_fma(a, b, c);
}
// c - a · b, rounded once.
CNN_INLINE cnn_lanes cnn_lanes_multiply_subtract(cnn_lanes a, cnn_lanes b, cnn_lanes c) {
  return __builtin_elementwise_fma(-a, b, c);
}
CNN_INLINE cnn_lanes cnn_lanes_add(cnn_lanes a, cnn_lanes b) { return a + b; }
CNN_INLINE cnn_lanes cnn_lanes_subtract(cnn_lanes a, cnn_lanes b) { return a - b; }
CNN_INLINE cnn_lanes cnn_lanes_multiply(cnn_lanes a, cnn_lanes b) { return a * b; }
CNN_INLINE cnn_lanes cnn_lanes_divide(cnn_lanes a, cnn_lanes b) { return a / b; }
CNN_INLINE cnn_lanes cnn_lanes_root(cnn_lanes a) { return __builtin_elementwise_sqrt(a); }
CNN_INLINE cnn_lanes cnn_lanes_magnitude(cnn_lanes a) { return __builtin_elementwise_abs(a); }
CNN_INLINE cnn_lanes cnn_lanes_negate(cnn_lanes a) { return -a; }
CNN_INLINE cnn_lanes cnn_lanes_signed(cnn_lanes a, cnn_lanes sign) { return __builtin_elementwise_copysign(a, sign); }

// All bits of a lane, where the comparison holds; it never does with a NaN, but for !=.
CNN_INLINE cnn_bits cnn_lanes_less(cnn_lanes a, cnn_lanes b) { return a < b; }
CNN_INLINE cnn_bits cnn_lanes_less_or_equal(cnn_lanes a, cnn_lanes b) { return a <= b; }
CNN_INLINE cnn_bits cnn_lanes_equal(cnn_lanes a, cnn_lanes b) { return a == b; }
CNN_INLINE cnn_bits cnn_lanes_differ(cnn_lanes a, cnn_lanes b) { return a != b; }
CNN_INLINE cnn_bits cnn_lanes_has_sign(cnn_lanes a) { return (cnn_bits)a < 0; }
CNN_INLINE cnn_lanes cnn_lanes_choose(cnn_bits mask, cnn_lanes a, cnn_lanes b) { return mask ? a : b; }

// The sum in halves: lanes 0 to 7 plus lanes 8 to 15, and so on.
CNN_INLINE float cnn_lanes_sum(cnn_lanes a) {
  cnn_octet eight = a.lo + a.hi;
  float __attribute__((ext_vector_type(4))) four = eight.lo + eight.hi;
  float __attribute__((ext_vector_type(2))) two = four.lo + four.hi;
  return two.x + two.y;
}

// Sixteen floats that lie `stride` floats apart.
CNN_INLINE cnn_lanes cnn_lanes_gather(const float *p, long stride) {
  const float *q = p + 8 * stride;
  return (cnn_lanes){p[0], p[stride], p[2 * stride], p[3 * stride], p[4 * stride], p[5 * stride], p[6 * stride], p[7 * stride],
                     q[0], q[stride], q[2 * stride], q[3 * stride], q[4 * stride], q[5 * stride], q[6 * stride], q[7 * stride]};
}
CNN_INLINE void cnn_lanes_scatter(cnn_lanes a, float *p, long stride) {
#pragma clang loop unroll(full)
  for (long i = 0; i < 16; i++) p[i * stride] = a[i];
}

// Ask for the cache line of an address, which may lie outside of all memory.
CNN_INLINE void cnn_prefetch(const float *p) { __builtin_prefetch(p); }
CNN_INLINE void cnn_prefetch_write(const float *p) { __builtin_prefetch(p, 1); }

CNN_INLINE cnn_bits cnn_bits_add(cnn_bits a, cnn_bits b) { return a + b; }
CNN_INLINE cnn_bits cnn_bits_subtract(cnn_bits a, cnn_bits b) { return a - b; }
CNN_INLINE cnn_bits cnn_bits_shift_left(cnn_bits a, cnn_bits places) { return a << places; }
CNN_INLINE cnn_bits cnn_bits_shift_right(cnn_bits a, cnn_bits places) { return a >> places; }
CNN_INLINE cnn_bits cnn_bits_and(cnn_bits a, cnn_bits b) { return a & b; }

#endif
