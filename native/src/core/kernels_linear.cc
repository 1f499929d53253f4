#include "kernels_linear.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace ethogram::kernels {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Input = Eigen::Map<const Matrix>;
using Output = Eigen::Map<Matrix>;

}  // namespace

void Gram(const double* rows, std::size_t n, std::size_t d, double* out) {
  const Input x(rows, n, d);
  Output gram(out, d, d);
  gram.setZero();
  gram.selfadjointView<Eigen::Lower>().rankUpdate(x.transpose());
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
}

bool EigenSymmetric(const double* matrix, std::size_t d, double* values, double* vectors) {
  if (d == 0) return true;
  const Input input(matrix, d, d);
  if (!input.allFinite()) return false;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(input);
  if (solver.info() != Eigen::Success) return false;
  // Eigen has them rising, as columns.
  Output(vectors, d, d) = solver.eigenvectors().rowwise().reverse().transpose();
  Eigen::Map<Eigen::VectorXd>(values, d) = solver.eigenvalues().reverse();
  return true;
}

void SquaredDistances(const double* points, std::size_t n, std::size_t d, const int* wanted,
                      std::size_t wanted_count, double* out) {
  const Input x(points, n, d);
  Output distances(out, wanted_count, n);
  for (std::size_t at = 0; at < wanted_count; at++) {
    distances.row(at) = (x.rowwise() - x.row(wanted[at])).rowwise().squaredNorm().transpose();
  }
}

}  // namespace ethogram::kernels
