// Turns what the kernel side hands out (bpf/records.h) into one row per identity and tick.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ebpf_names.h"
#include "records.h"

namespace ethogram::ebpf {

// The columns of a row; the first are deltas, the last four are gauges.
enum Column : std::size_t {
  kCpuNs,
  kSwitches,
  kMinorFaults,
  kMajorFaults,
  kReadCalls,
  kReadBytes,
  kWriteCalls,
  kWriteBytes,
  kDiskReadCalls,
  kDiskReadBytes,
  kDiskWriteCalls,
  kDiskWriteBytes,
  kStarts,
  kExits,
  kUringSubmits,
  kUringCompletions,
  kConnects,
  kAccepts,
  kInstances,
  kThreads,
  kResidentBytes,
  kDescriptors,
  kColumnCount,
};

// Deltas of the two counters of one slot; see the tables of records.h.
struct Counts {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

struct Row {
  std::uint32_t identity = 0;
  std::array<std::uint64_t, kColumnCount> values{};
  std::map<std::uint32_t, Counts> cells;  // by table << 16 | slot
};

// Children that began to run a program of their own, or ceased to, by who started them.
struct SpawnCounts {
  std::uint32_t parent = 0;
  std::uint32_t child = 0;
  std::uint64_t opened = 0;
  std::uint64_t closed = 0;
};

// What one tick holds.
struct Batch {
  std::vector<Row> rows;
  std::vector<Facts> facts;            // of identities first met in this tick
  std::vector<std::uint32_t> out_of_memory;  // identities of which a process was chosen to die
  std::vector<std::uint32_t> retired;  // identities that will not come again under this number
  std::uint64_t torn = 0;              // counters that went backwards, and were left out
  std::uint64_t malformed = 0;         // records that could not be read
};

// Keeps the last totals of every generation, so that cumulative counters become deltas, and
// which processes live, so that gauges stand in every tick. Not thread-safe.
class Ledger {
 public:
  explicit Ledger(std::uint64_t page_bytes) : page_bytes_(page_bytes) {}

  // Takes in whole records, one after the other; stops at the first that is not whole.
  void TakeRecords(const void* data, std::size_t size);
  // Takes in one record of the ring or of the iterator.
  void TakeRecord(const void* data, std::size_t size);
  // The next iteration hands out every task: those it does not name have ended.
  void BeginCensus();
  void EndCensus();
  // Everything since the batch before.
  Batch Take();

  // Of a living process by its id in the initial namespace; 0 where there is none.
  std::uint32_t IdentityOf(std::uint32_t tgid) const;

  // Numbers an identity of the kernel side.
  std::uint32_t Identify(const wire::identity& identity, bool kernel_thread) {
    return names_.Identify(identity, kernel_thread);
  }
  void AddTo(std::uint32_t identity, Column column, std::uint64_t count);
  // Calls that took as long as a slot says; see LATENCY_SLOT.
  void AddLatencies(std::uint32_t identity, std::uint32_t slot, std::uint64_t count);
  // Bytes of disks come from requests now: what the kernel accounts itself is left out.
  void ChargeByRequest() { charged_by_request_ = true; }
  // Since the last call; a program that runs itself again is no child.
  std::vector<SpawnCounts> TakeSpawns();

  std::size_t generations() const { return threads_.size(); }
  std::size_t processes() const { return processes_.size(); }

 private:
  struct Thread {
    std::uint32_t tgid = 0;
    std::uint32_t identity = 0;
    std::uint32_t census = 0;
    wire::usage usage{};
    std::vector<wire::cell> cells;  // ascending by table, then slot
  };
  struct Process {
    std::uint32_t identity = 0;
    std::uint32_t census = 0;
    std::uint64_t resident_pages = 0;
    std::uint32_t descriptors = 0;
    std::uint32_t spawner = 0;  // identity of who started this program; 0 where none is known
    std::uint32_t spawned = 0;  // its own identity then
  };
  // A process that ended: another one of its number began at another time.
  struct Ended {
    std::uint64_t start_ns = 0;
    std::uint64_t batch = 0;
  };
  void TakeTask(const wire::task_record& record, std::vector<wire::cell> cells);
  void TakeProcess(const wire::task_record& record, std::uint32_t identity);
  bool HasEnded(const wire::task_record& record) const;
  void TakeExec(const wire::task_record& record, Process& process);
  void AddUsage(Row& row, const wire::usage& now, const wire::usage& before);
  void AddCells(Row& row, const std::vector<wire::cell>& now,
                const std::vector<wire::cell>& before);
  Row& RowOf(std::uint32_t identity);
  void Spawn(Process& process, std::uint32_t parent_tgid);
  void EndSpawn(const Process& process);
  void AddGauges();

  Names names_;
  std::unordered_map<std::uint64_t, Thread> threads_;     // by generation
  std::unordered_map<std::uint32_t, Process> processes_;  // by tgid
  std::unordered_map<std::uint32_t, Ended> ended_;        // by tgid, for a few batches
  std::unordered_map<std::uint32_t, Row> rows_;
  std::vector<std::uint32_t> out_of_memory_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, SpawnCounts> spawns_;
  bool charged_by_request_ = false;
  const std::uint64_t page_bytes_;
  std::uint32_t census_ = 0;
  std::uint64_t batches_ = 0;
  std::uint64_t torn_ = 0;
  std::uint64_t malformed_ = 0;
};

}  // namespace ethogram::ebpf
