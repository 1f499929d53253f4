// What a process used so far, and how much of it was handed out.
#pragma once

#include <cstdint>
#include <optional>

#include "procfs_row.h"
#include "procfs_text.h"

namespace ethogram::procfs {

// What a scan read of a process.
struct Usage {
  bool baseline;      // the first scan: what was before us is nobody's delta
  bool born;          // not there at the scan before: all of it happened since
  uint64_t run_ns;    // of its threads, since the scan before
  uint64_t ticks_ns;  // of the process, so far, in whole clock ticks
  uint64_t switches;  // since the scan before
  uint64_t minor_faults;
  uint64_t major_faults;
  std::optional<Io> io;
};

// Counters that go back belong to something else: what they hold happened since.
inline uint64_t Grown(uint64_t before, uint64_t now) { return now >= before ? now - before : now; }

// Turns totals of a process into deltas.
class Account {
 public:
  // Writes what happened since the last call into the columns of it.
  void Book(const Usage& now, Values& values);
  // What the process was seen to read and write itself; nothing where it may not be read.
  const Io* io() const { return has_io_ ? &io_ : nullptr; }
  // What a reaped child did, which the kernel adds to the numbers of its parent.
  void Owe(const Io& of_child);

 private:
  void BookCpu(const Usage& now, Values& values);
  void BookIo(const Io& now, Values& values);

  uint64_t cpu_ns_ = 0;  // what was handed out so far: never more than the truth
  uint64_t minor_faults_ = 0;
  uint64_t major_faults_ = 0;
  bool has_io_ = false;
  Io io_;    // as last read
  Io debt_;  // of reaped children, to be taken off
  uint32_t debt_age_ = 0;
};

}  // namespace ethogram::procfs
