// Reads the records that the kernel side writes (bpf/records.h), trusting no length in them.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "records.h"

namespace ethogram::ebpf {

// What an executable or a control group is called; `text` points into the record.
struct PathRecord {
  wire::path_record head;
  const char* text;
};

// What happened to a task, or what it did so far.
struct TaskRecord {
  wire::task_record head;
  std::vector<wire::cell> cells;
};

// Nothing where the bytes are no record.
using Record = std::variant<std::monostate, PathRecord, TaskRecord>;

// Reads one record of the ring or of the iterator.
Record ReadRecord(const void* data, std::size_t size);

// How long the record of a task is that stands at the beginning of `data`; 0 where it is not whole.
std::size_t TaskRecordLength(const void* data, std::size_t size);

}  // namespace ethogram::ebpf
