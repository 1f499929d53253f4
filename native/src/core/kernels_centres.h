// k-means from given centres (Lloyd 1982). All matrices are row-major doubles.
#pragma once

#include <cstddef>

namespace ethogram::kernels {

// Moves centres (k × d, changed in place) to the means of the points (n × d) nearest to them until
// every one moves by at most `tolerance` (squared distance), `iterations` times at most. A centre
// that loses all its points stays; of centres equally near the first takes a point. How fast the
// processor multiplies changes nothing: close decisions are taken by sums in the order of the
// numbers. Complexity: n × k × d a move.
void MoveCentres(const double* points, std::size_t n, std::size_t d, double* centres, std::size_t k,
                 int iterations, double tolerance);

}  // namespace ethogram::kernels
