// Tests of the plan for the sizes of maps; built with ASan and UBSan.
#include "../../src/core/ebpf_sizes.h"

#include "check.h"

using namespace ethogram::ebpf;

namespace {

bool IsPowerOfTwo(std::uint32_t value) { return value != 0 && (value & (value - 1)) == 0; }

void TestPlanFitsItsBudget() {
  for (std::uint64_t budget = 4u << 20; budget <= 64u << 20; budget *= 2) {
    for (std::uint32_t pid_max = 301; pid_max <= 4194304; pid_max *= 4) {
      const MapSizes sizes = PlanSizes({budget, pid_max, 8, true});
      CHECK(BytesOf(sizes, 8) <= budget);
      CHECK(IsPowerOfTwo(sizes.ring_bytes));
    }
  }
}

void TestDefaultBudgetTakesNothingAway() {
  const MapSizes most = PlanSizes({~0ull, 4194304, 64, true});
  const MapSizes sizes = PlanSizes({SizeOptions().budget_bytes, 4194304, 4, true});
  CHECK_EQUAL(sizes.flows, most.flows);
  CHECK_EQUAL(sizes.datagrams, most.datagrams);
  CHECK_EQUAL(sizes.ring_bytes, 4u << 20);
}

void TestSmallHostTakesLess() {
  const MapSizes small = PlanSizes({~0ull, 1024, 2, false});
  const MapSizes large = PlanSizes({~0ull, 4194304, 2, false});
  CHECK(small.ring_bytes < large.ring_bytes);
  CHECK(small.flows < large.flows);
  CHECK(small.charges < large.charges);
  CHECK(BytesOf(small, 2) < BytesOf(large, 2) / 4);
}

void TestNoBudgetLeavesTheLeast() {
  const MapSizes sizes = PlanSizes({0, 4194304, 2, false});
  CHECK_EQUAL(sizes.ring_bytes, 256u << 10);
  CHECK_EQUAL(sizes.flows, 1024u);
  CHECK_EQUAL(sizes.latencies, 1u);
  CHECK(BytesOf(sizes, 2) < 3u << 20);
}

}  // namespace

int main() {
  RUN(TestPlanFitsItsBudget);
  RUN(TestDefaultBudgetTakesNothingAway);
  RUN(TestSmallHostTakesLess);
  RUN(TestNoBudgetLeavesTheLeast);
  return ethogram::test::Finish();
}
