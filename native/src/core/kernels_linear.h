// Products and eigenvectors of dense matrices, on Eigen. All matrices are row-major doubles.
#pragma once

#include <cstddef>

namespace ethogram::kernels {

// out (d × d) = XᵀX of X (n × d). Complexity: n × d².
void Gram(const double* rows, std::size_t n, std::size_t d, double* out);

// Eigenvalues (falling) and unit eigenvectors (as rows, in their order) of a symmetric d × d
// matrix, of which the lower half is read. False where the iteration does not converge, as with
// numbers that are not finite. Complexity: d³.
bool EigenSymmetric(const double* matrix, std::size_t d, double* values, double* vectors);

// out (wanted × n): squared distances of n points (n × d) to those that `wanted` names, each below n.
void SquaredDistances(const double* points, std::size_t n, std::size_t d, const int* wanted,
                      std::size_t wanted_count, double* out);

}  // namespace ethogram::kernels
