// Tests of the ledger on records made up here; built with ASan and UBSan.
#include "../../src/core/ebpf_ledger.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "check.h"

using namespace ethogram;
using namespace ethogram::ebpf;

namespace {

constexpr std::uint64_t kPage = 4096;

struct Task {
  std::uint32_t kind = wire::RECORD_TASK;
  std::uint64_t generation = 1;
  std::uint32_t tgid = 100;
  std::uint32_t exe = 7;
  std::uint32_t flags = wire::TASK_LEADER;
  std::vector<wire::cell> cells;
  std::uint64_t cpu_ns = 0;
  std::uint64_t next_generation = 0;
  std::uint32_t next_exe = 0;
  std::uint64_t rss_pages = 0;
  std::uint64_t start_ns = 0;
};

std::vector<char> Bytes(const Task& task) {
  wire::task_record record{};
  record.kind = task.kind;
  record.cell_count = static_cast<std::uint32_t>(task.cells.size());
  record.generation = task.generation;
  record.next_generation = task.next_generation;
  record.tgid = task.tgid;
  record.pid = task.tgid;
  record.flags = task.flags;
  record.rss_pages = task.rss_pages;
  record.start_ns = task.start_ns;
  record.identity.exe = task.exe;
  std::strcpy(record.identity.comm, "nginx");
  record.next.exe = task.next_exe;
  std::strcpy(record.next.comm, "nginx");
  record.usage.cpu_ns = task.cpu_ns;
  std::vector<char> bytes(sizeof(record) + task.cells.size() * sizeof(wire::cell));
  std::memcpy(bytes.data(), &record, sizeof(record));
  if (!task.cells.empty()) {
    std::memcpy(bytes.data() + sizeof(record), task.cells.data(),
                task.cells.size() * sizeof(wire::cell));
  }
  return bytes;
}

void Give(Ledger& ledger, const Task& task) {
  const std::vector<char> bytes = Bytes(task);
  ledger.TakeRecord(bytes.data(), bytes.size());
}

void GivePath(Ledger& ledger, std::uint32_t id, const std::string& leaf_to_root) {
  wire::path_record record{};
  record.kind = wire::RECORD_EXECUTABLE;
  record.id = id;
  record.length = static_cast<std::uint32_t>(leaf_to_root.size());
  std::vector<char> bytes(sizeof(record) + leaf_to_root.size());
  std::memcpy(bytes.data(), &record, sizeof(record));
  std::memcpy(bytes.data() + sizeof(record), leaf_to_root.data(), leaf_to_root.size());
  ledger.TakeRecord(bytes.data(), bytes.size());
}

std::uint64_t Calls(const Batch& batch, std::uint32_t slot) {
  std::uint64_t sum = 0;
  for (const Row& row : batch.rows) {
    const auto cell = row.cells.find(slot);
    if (cell != row.cells.end()) sum += cell->second.first;
  }
  return sum;
}

std::uint64_t Sum(const Batch& batch, Column column) {
  std::uint64_t sum = 0;
  for (const Row& row : batch.rows) sum += row.values[column];
  return sum;
}

void TestCumulativeCountersBecomeDeltas() {
  Ledger ledger(kPage);
  Give(ledger, {.cells = {{3, 0, 10, 1}}, .cpu_ns = 500});
  Batch first = ledger.Take();
  CHECK_EQUAL(Calls(first, 3), 10u);
  CHECK_EQUAL(Sum(first, kCpuNs), 500u);
  Give(ledger, {.cells = {{1, 0, 4, 0}, {3, 0, 25, 1}}, .cpu_ns = 700});
  Batch second = ledger.Take();
  CHECK_EQUAL(Calls(second, 3), 15u);
  CHECK_EQUAL(Calls(second, 1), 4u);
  CHECK_EQUAL(Sum(second, kCpuNs), 200u);
  CHECK_EQUAL(second.torn, 0u);
}

void TestCountersMayWrapAround() {
  Ledger ledger(kPage);
  Give(ledger, {.cells = {{0, 0, 0x7fffffffu, 0}}});
  ledger.Take();
  Give(ledger, {.cells = {{0, 0, 0xfffffff0u, 0}}});
  ledger.Take();
  Give(ledger, {.cells = {{0, 0, 0x10u, 0}}});
  CHECK_EQUAL(Calls(ledger.Take(), 0), 0x20u);
}

void TestCountersThatGoBackAreLeftOutAndCounted() {
  Ledger ledger(kPage);
  Give(ledger, {.cells = {{0, 0, 100, 0}}, .cpu_ns = 100});
  ledger.Take();
  Give(ledger, {.cells = {{0, 0, 90, 0}}, .cpu_ns = 90});
  Batch batch = ledger.Take();
  CHECK_EQUAL(Calls(batch, 0), 0u);
  CHECK_EQUAL(batch.torn, 2u);
}

void TestExecEndsOneProgramAndBeginsAnother() {
  Ledger ledger(kPage);
  Give(ledger, {.kind = wire::RECORD_FORK});
  Give(ledger, {.cells = {{39, 0, 5, 0}}});
  ledger.Take();
  Give(ledger, {.kind = wire::RECORD_EXEC,
                .cells = {{39, 0, 8, 0}},
                .next_generation = 2,
                .next_exe = 9});
  Give(ledger, {.generation = 2, .exe = 9, .cells = {{39, 0, 2, 0}}});
  Batch batch = ledger.Take();
  CHECK_EQUAL(batch.rows.size(), 2u);
  CHECK_EQUAL(Calls(batch, 39), 5u);
  CHECK_EQUAL(Sum(batch, kExits), 1u);
  CHECK_EQUAL(Sum(batch, kStarts), 1u);
  CHECK_EQUAL(Sum(batch, kInstances), 1u);
  CHECK_EQUAL(Sum(batch, kThreads), 1u);
}

// The iterator may have met the new program before the ring brings the exec.
void TestExecThatComesAfterTheIteratorKeepsWhatIsKnown() {
  Ledger ledger(kPage);
  Give(ledger, {.generation = 2,
                .exe = 9,
                .flags = wire::TASK_MEMORY,
                .cells = {{39, 0, 2, 0}},
                .rss_pages = 3});
  Give(ledger, {.kind = wire::RECORD_FORK});
  Give(ledger, {.kind = wire::RECORD_EXEC, .next_generation = 2, .next_exe = 9});
  Batch batch = ledger.Take();
  CHECK_EQUAL(Sum(batch, kInstances), 1u);
  CHECK_EQUAL(Sum(batch, kResidentBytes), 3 * kPage);
  Give(ledger, {.generation = 2, .exe = 9, .cells = {{39, 0, 3, 0}}});
  CHECK_EQUAL(Calls(ledger.Take(), 39), 1u);
}

void TestExitGivesTheLastTotalsAndForgets() {
  Ledger ledger(kPage);
  Give(ledger, {.cells = {{0, 0, 5, 0}}});
  ledger.Take();
  Give(ledger, {.kind = wire::RECORD_EXIT,
                .flags = wire::TASK_LEADER | wire::TASK_GROUP_DEAD,
                .cells = {{0, 0, 6, 0}}});
  Batch batch = ledger.Take();
  CHECK_EQUAL(Calls(batch, 0), 1u);
  CHECK_EQUAL(Sum(batch, kExits), 1u);
  CHECK_EQUAL(Sum(batch, kInstances), 0u);
  CHECK_EQUAL(ledger.generations(), 0u);
  CHECK_EQUAL(ledger.processes(), 0u);
  CHECK(ledger.Take().rows.empty());
}

// Threads that die together may all see that nobody is left, or the last one's record comes first.
void TestProcessWhoseThreadsDieTogetherExitsOnce() {
  const auto last = wire::TASK_LEADER | wire::TASK_GROUP_DEAD;
  for (const std::uint32_t other : {wire::TASK_GROUP_DEAD + 0u, 0u}) {
    Ledger ledger(kPage);
    Give(ledger, {.kind = wire::RECORD_FORK, .start_ns = 5});
    Give(ledger, {.kind = wire::RECORD_EXIT, .generation = 1, .flags = last, .start_ns = 5});
    Give(ledger, {.kind = wire::RECORD_EXIT,
                  .generation = 2,
                  .flags = other,
                  .cells = {{0, 0, 4, 0}},
                  .start_ns = 5});
    Batch batch = ledger.Take();
    CHECK_EQUAL(Sum(batch, kExits), 1u);
    CHECK_EQUAL(Sum(batch, kInstances), 0u);
    CHECK_EQUAL(Calls(batch, 0), 4u);
    CHECK_EQUAL(ledger.processes(), 0u);
    // The next one of that number is another process.
    Give(ledger, {.kind = wire::RECORD_EXIT, .generation = 3, .flags = last, .start_ns = 6});
    CHECK_EQUAL(Sum(ledger.Take(), kExits), 1u);
  }
}

// A thread that execs takes its leader's PID: only the generation tells the two apart.
void TestOnePidWithTwoGenerationsIsTwoTotals() {
  Ledger ledger(kPage);
  Give(ledger, {.generation = 1, .cells = {{0, 0, 1000, 0}}});
  Give(ledger, {.generation = 2, .cells = {{0, 0, 1000, 0}}});
  CHECK_EQUAL(Calls(ledger.Take(), 0), 2000u);
  Give(ledger, {.kind = wire::RECORD_EXIT, .generation = 1, .cells = {{0, 0, 1000, 0}}});
  Give(ledger, {.generation = 2, .cells = {{0, 0, 1010, 0}}});
  CHECK_EQUAL(Calls(ledger.Take(), 0), 10u);
}

void TestTextsMayComeAfterTheFirstTotals() {
  Ledger ledger(kPage);
  Give(ledger, {.cells = {{0, 0, 1, 0}}});
  GivePath(ledger, 7, std::string("nginx\0sbin\0usr\0", 15));
  Batch batch = ledger.Take();
  CHECK_EQUAL(batch.facts.size(), 1u);
  CHECK_EQUAL(batch.facts[0].executable, std::string("/usr/sbin/nginx"));
  CHECK_EQUAL(batch.facts[0].comm, std::string("nginx"));
  Give(ledger, {.cells = {{0, 0, 2, 0}}});
  CHECK(ledger.Take().facts.empty());
}

void TestCensusEndsWhatItDoesNotName() {
  Ledger ledger(kPage);
  Give(ledger, {.generation = 1, .tgid = 1});
  Give(ledger, {.generation = 2, .tgid = 2});
  ledger.Take();
  ledger.BeginCensus();
  Give(ledger, {.generation = 2, .tgid = 2});
  ledger.EndCensus();
  Batch batch = ledger.Take();
  CHECK_EQUAL(Sum(batch, kInstances), 1u);
  CHECK_EQUAL(Sum(batch, kExits), 1u);
  CHECK_EQUAL(ledger.generations(), 1u);
}

void TestKernelThreadsNeitherStartNorExit() {
  Ledger ledger(kPage);
  Give(ledger, {.exe = 0, .flags = wire::TASK_KERNEL});
  CHECK(ledger.Take().facts[0].kernel_thread);
  Give(ledger,
       {.kind = wire::RECORD_EXIT, .exe = 0, .flags = wire::TASK_KERNEL | wire::TASK_GROUP_DEAD});
  CHECK_EQUAL(Sum(ledger.Take(), kExits), 0u);
}

// Records of others name them too: links, and who is charged.
void TestKernelThreadIsOneWhoeverNamesIt() {
  Ledger ledger(kPage);
  Give(ledger, {.exe = KERNEL_THREAD, .flags = wire::TASK_KERNEL});
  wire::identity identity{};
  identity.exe = KERNEL_THREAD;
  std::strcpy(identity.comm, "nginx");
  const std::uint32_t number = ledger.Identify(identity, false);
  const Batch batch = ledger.Take();
  CHECK_EQUAL(batch.rows.size(), 1u);
  CHECK_EQUAL(batch.rows[0].identity, number);
  CHECK(batch.facts[0].kernel_thread);
  CHECK(batch.facts[0].executable.empty());
}

void TestUnusedIdentitiesAreRetired() {
  Ledger ledger(kPage);
  Give(ledger, {.kind = wire::RECORD_EXIT, .flags = wire::TASK_GROUP_DEAD});
  Give(ledger, {.generation = 2, .tgid = 2, .exe = 8});
  std::size_t retired = 0;
  for (int i = 0; i < 1300; i++) retired += ledger.Take().retired.size();
  CHECK_EQUAL(retired, 1u);
}

void TestBrokenRecordsAreCountedAndHarmless() {
  Ledger ledger(kPage);
  std::mt19937 random(1);
  for (int i = 0; i < 10000; i++) {
    std::vector<char> bytes = Bytes({.cells = {{0, 0, 1, 0}, {1, 0, 1, 0}}});
    const std::size_t at = random() % 48;
    bytes[at] = static_cast<char>(random());
    bytes.resize(random() % (bytes.size() + 1));
    const std::vector<char> exact(bytes);
    ledger.TakeRecord(exact.data(), exact.size());
    ledger.TakeRecords(exact.data(), exact.size());
  }
  CHECK(ledger.Take().malformed > 5000);
}

}  // namespace

int main() {
  RUN(TestCumulativeCountersBecomeDeltas);
  RUN(TestCountersMayWrapAround);
  RUN(TestCountersThatGoBackAreLeftOutAndCounted);
  RUN(TestExecEndsOneProgramAndBeginsAnother);
  RUN(TestExecThatComesAfterTheIteratorKeepsWhatIsKnown);
  RUN(TestExitGivesTheLastTotalsAndForgets);
  RUN(TestProcessWhoseThreadsDieTogetherExitsOnce);
  RUN(TestOnePidWithTwoGenerationsIsTwoTotals);
  RUN(TestTextsMayComeAfterTheFirstTotals);
  RUN(TestCensusEndsWhatItDoesNotName);
  RUN(TestKernelThreadsNeitherStartNorExit);
  RUN(TestKernelThreadIsOneWhoeverNamesIt);
  RUN(TestUnusedIdentitiesAreRetired);
  RUN(TestBrokenRecordsAreCountedAndHarmless);
  return ethogram::test::Finish();
}
