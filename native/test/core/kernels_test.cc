// Tests of the kernels of learning against sums written out.
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../../src/core/kernels_centres.h"
#include "../../src/core/kernels_linear.h"
#include "check.h"

namespace {

using ethogram::kernels::EigenSymmetric;
using ethogram::kernels::Gram;
using ethogram::kernels::MoveCentres;
using ethogram::kernels::SquaredDistances;

// Numbers in [-1, 1) from a fixed generator.
std::vector<double> Draw(std::size_t count, unsigned seed) {
  std::vector<double> out(count);
  unsigned state = seed;
  for (double& value : out) {
    state = state * 1664525u + 1013904223u;
    value = state / 2147483648.0 - 1;
  }
  return out;
}

bool Near(double a, double b) { return std::abs(a - b) <= 1e-9 * (1 + std::abs(b)); }

void GramIsSumsOfProducts() {
  for (std::size_t d : {1, 2, 7, 40}) {
    const std::size_t n = 33;
    const auto x = Draw(n * d, static_cast<unsigned>(d));
    std::vector<double> out(d * d);
    Gram(x.data(), n, d, out.data());
    for (std::size_t a = 0; a < d; a++) {
      for (std::size_t b = 0; b < d; b++) {
        double sum = 0;
        for (std::size_t i = 0; i < n; i++) sum += x[i * d + a] * x[i * d + b];
        CHECK(Near(out[a * d + b], sum));
      }
    }
  }
}

void EigenvectorsMakeTheMatrix() {
  for (std::size_t d : {1, 2, 5, 40}) {
    const auto x = Draw(2 * d * d, 9);
    std::vector<double> matrix(d * d);
    Gram(x.data(), 2 * d, d, matrix.data());
    std::vector<double> values(d);
    std::vector<double> vectors(d * d);
    CHECK(EigenSymmetric(matrix.data(), d, values.data(), vectors.data()));
    for (std::size_t k = 1; k < d; k++) CHECK(values[k - 1] >= values[k]);
    for (std::size_t a = 0; a < d; a++) {
      for (std::size_t b = 0; b < d; b++) {
        double sum = 0;
        double dot = 0;
        for (std::size_t k = 0; k < d; k++) {
          sum += values[k] * vectors[k * d + a] * vectors[k * d + b];
          dot += vectors[a * d + k] * vectors[b * d + k];
        }
        CHECK(Near(sum, matrix[a * d + b]));
        CHECK(Near(dot, a == b ? 1 : 0));
      }
    }
  }
}

void EigenvectorsRefuseWhatIsNotFinite() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  double values[2];
  double vectors[4];
  for (double odd : {nan, infinity}) {
    const double matrix[] = {1, odd, odd, 1};
    CHECK(!EigenSymmetric(matrix, 2, values, vectors));
  }
}

void DistancesAreSumsOfSquares() {
  const std::size_t n = 17;
  const std::size_t d = 6;
  const auto x = Draw(n * d, 3);
  const int wanted[] = {16, 0, 5, 5};
  std::vector<double> out(4 * n);
  SquaredDistances(x.data(), n, d, wanted, 4, out.data());
  for (std::size_t w = 0; w < 4; w++) {
    for (std::size_t i = 0; i < n; i++) {
      double sum = 0;
      for (std::size_t j = 0; j < d; j++) {
        const double difference = x[i * d + j] - x[wanted[w] * d + j];
        sum += difference * difference;
      }
      CHECK(Near(out[w * n + i], sum));
    }
  }
}

// Lloyd's iterations as a textbook has them.
std::vector<double> Naive(const std::vector<double>& x, std::size_t d, std::vector<double> centres,
                          int iterations) {
  const std::size_t n = x.size() / d;
  const std::size_t k = centres.size() / d;
  for (int step = 0; step < iterations; step++) {
    std::vector<double> sums(k * d);
    std::vector<double> counts(k);
    for (std::size_t i = 0; i < n; i++) {
      std::size_t best = 0;
      double smallest = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < k; c++) {
        double sum = 0;
        for (std::size_t j = 0; j < d; j++) {
          sum += (x[i * d + j] - centres[c * d + j]) * (x[i * d + j] - centres[c * d + j]);
        }
        if (sum < smallest) {
          smallest = sum;
          best = c;
        }
      }
      for (std::size_t j = 0; j < d; j++) sums[best * d + j] += x[i * d + j];
      counts[best]++;
    }
    for (std::size_t at = 0; at < k * d; at++) {
      if (counts[at / d] > 0) centres[at] = sums[at] / counts[at / d];
    }
  }
  return centres;
}

void CentresMoveAsInATextbook() {
  for (std::size_t k : {1, 2, 15, 16, 17, 33}) {
    for (std::size_t d : {1, 3, 20}) {
      const std::size_t n = 101;
      const auto x = Draw(n * d, static_cast<unsigned>(k * 100 + d));
      std::vector<double> centres(x.begin(), x.begin() + static_cast<long>(k * d));
      const auto expected = Naive(x, d, centres, 5);
      MoveCentres(x.data(), n, d, centres.data(), k, 5, -1);
      for (std::size_t at = 0; at < k * d; at++) CHECK(centres[at] == expected[at]);
    }
  }
}

void TiesGoToTheFirstCentre() {
  // Whole numbers: every point between two centres is as far from one as from the other.
  std::vector<double> x;
  for (int i = 0; i < 30; i++) x.push_back(i % 3 * 1000);
  std::vector<double> centres = {0, 2000, 0};  // The third never gets a point.
  const auto expected = Naive(x, 1, centres, 1);
  MoveCentres(x.data(), x.size(), 1, centres.data(), 3, 1, 0);
  for (std::size_t at = 0; at < 3; at++) CHECK(centres[at] == expected[at]);
  CHECK(centres[2] == 0);
}

void CentresRestWhenTheyMoveNoMore() {
  const auto x = Draw(300, 4);
  std::vector<double> long_run(x.begin(), x.begin() + 12);
  std::vector<double> longer = long_run;
  MoveCentres(x.data(), 100, 3, long_run.data(), 4, 1000, 0);
  MoveCentres(x.data(), 100, 3, longer.data(), 4, 5000, 0);
  CHECK(long_run == longer);
}

}  // namespace

int main() {
  RUN(GramIsSumsOfProducts);
  RUN(EigenvectorsMakeTheMatrix);
  RUN(EigenvectorsRefuseWhatIsNotFinite);
  RUN(DistancesAreSumsOfSquares);
  RUN(CentresMoveAsInATextbook);
  RUN(TiesGoToTheFirstCentre);
  RUN(CentresRestWhenTheyMoveNoMore);
  return ethogram::test::Finish();
}
