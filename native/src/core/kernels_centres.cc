#include "kernels_centres.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

// Clones for wider registers are picked when the addon is loaded; sanitizers don't know them.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif

namespace ethogram::kernels {

namespace {

// Centres that are multiplied at once, and points that share what was loaded of them.
constexpr std::size_t kWidth = 16;
constexpr std::size_t kPoints = 2;
// Difference, relative to the size of the numbers, below which two distances are summed anew.
constexpr double kClose = 1e-10;

// Sum in the order of the numbers, as the TypeScript twin has it.
double SquaredDistance(const double* a, const double* b, std::size_t d) {
  double sum = 0;
  for (std::size_t j = 0; j < d; j++) {
    const double difference = a[j] - b[j];
    sum += difference * difference;
  }
  return sum;
}

// out (n × k padded): products of points with centres, which stand transposed (d × k padded).
WIDE void Products(const double* points, std::size_t n, std::size_t d, const double* transposed,
                   std::size_t padded, double* out) {
  for (std::size_t block = 0; block < padded; block += kWidth) {
    std::size_t i = 0;
    for (; i + kPoints <= n; i += kPoints) {
      double first[kWidth] = {0};
      double second[kWidth] = {0};
      const double* a = points + i * d;
      const double* b = a + d;
      for (std::size_t j = 0; j < d; j++) {
        const double* row = transposed + j * padded + block;
        const double x = a[j];
        const double y = b[j];
        for (std::size_t c = 0; c < kWidth; c++) first[c] += x * row[c];
        for (std::size_t c = 0; c < kWidth; c++) second[c] += y * row[c];
      }
      std::copy(first, first + kWidth, out + i * padded + block);
      std::copy(second, second + kWidth, out + (i + 1) * padded + block);
    }
    for (; i < n; i++) {
      double sums[kWidth] = {0};
      for (std::size_t j = 0; j < d; j++) {
        const double* row = transposed + j * padded + block;
        const double x = points[i * d + j];
        for (std::size_t c = 0; c < kWidth; c++) sums[c] += x * row[c];
      }
      std::copy(sums, sums + kWidth, out + i * padded + block);
    }
  }
}

// Finds the nearest centre of every point.
class Assigner {
 public:
  Assigner(const double* points, std::size_t n, std::size_t d, std::size_t k)
      : points_(points),
        n_(n),
        d_(d),
        k_(k),
        padded_((k + kWidth - 1) / kWidth * kWidth),
        sizes_(n),
        transposed_(d * padded_),
        products_(n * padded_),
        halves_(k) {
    for (std::size_t i = 0; i < n; i++) sizes_[i] = Size(points + i * d);
  }

  void Assign(const double* centres, std::vector<std::size_t>& nearest) {
    double largest = 0;
    for (std::size_t c = 0; c < k_; c++) {
      const double size = Size(centres + c * d_);
      halves_[c] = size / 2;
      largest = std::max(largest, size);
      for (std::size_t j = 0; j < d_; j++) transposed_[j * padded_ + c] = centres[c * d_ + j];
    }
    Products(points_, n_, d_, transposed_.data(), padded_, products_.data());
    for (std::size_t i = 0; i < n_; i++) {
      const double* products = products_.data() + i * padded_;
      std::size_t best = 0;
      double smallest = std::numeric_limits<double>::infinity();
      double next = smallest;
      for (std::size_t c = 0; c < k_; c++) {
        // Half of the squared distance, without the half that all centres share.
        const double half = halves_[c] - products[c];
        if (half < smallest) {
          next = smallest;
          smallest = half;
          best = c;
        } else {
          next = std::min(next, half);
        }
      }
      const bool close = next - smallest <= kClose * (sizes_[i] + largest);
      nearest[i] = close ? NearestBySums(points_ + i * d_, centres) : best;
    }
  }

 private:
  double Size(const double* row) const {
    double sum = 0;
    for (std::size_t j = 0; j < d_; j++) sum += row[j] * row[j];
    return sum;
  }

  std::size_t NearestBySums(const double* point, const double* centres) const {
    std::size_t best = 0;
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < k_; c++) {
      const double distance = SquaredDistance(point, centres + c * d_, d_);
      if (distance < smallest) {
        smallest = distance;
        best = c;
      }
    }
    return best;
  }

  const double* points_;
  std::size_t n_;
  std::size_t d_;
  std::size_t k_;
  std::size_t padded_;
  std::vector<double> sizes_;
  std::vector<double> transposed_;
  std::vector<double> products_;
  std::vector<double> halves_;
};

}  // namespace

void MoveCentres(const double* points, std::size_t n, std::size_t d, double* centres, std::size_t k,
                 int iterations, double tolerance) {
  Assigner assigner(points, n, d, k);
  std::vector<std::size_t> nearest(n);
  std::vector<double> means(k * d);
  std::vector<std::size_t> counts(k);
  for (int step = 0; step < iterations; step++) {
    assigner.Assign(centres, nearest);
    std::fill(means.begin(), means.end(), 0.0);
    std::fill(counts.begin(), counts.end(), 0);
    for (std::size_t i = 0; i < n; i++) {
      double* mean = means.data() + nearest[i] * d;
      const double* point = points + i * d;
      for (std::size_t j = 0; j < d; j++) mean[j] += point[j];
      counts[nearest[i]]++;
    }
    bool moved = false;
    for (std::size_t c = 0; c < k; c++) {
      if (counts[c] == 0) continue;
      double* mean = means.data() + c * d;
      for (std::size_t j = 0; j < d; j++) mean[j] /= static_cast<double>(counts[c]);
      if (SquaredDistance(mean, centres + c * d, d) > tolerance) moved = true;
      std::copy(mean, mean + d, centres + c * d);
    }
    if (!moved) return;
  }
}

}  // namespace ethogram::kernels
