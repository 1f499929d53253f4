#include "ebpf_records.h"

#include <cstdint>
#include <cstring>
#include <utility>

namespace ethogram::ebpf {

namespace {

Record ReadPath(const char* bytes, std::size_t size) {
  PathRecord path;
  if (size < sizeof(path.head)) return {};
  std::memcpy(&path.head, bytes, sizeof(path.head));
  if (path.head.length > size - sizeof(path.head)) return {};
  path.text = bytes + sizeof(path.head);
  return path;
}

Record ReadTask(const char* bytes, std::size_t size) {
  TaskRecord task;
  if (size < sizeof(task.head)) return {};
  std::memcpy(&task.head, bytes, sizeof(task.head));
  if (task.head.cell_count > (size - sizeof(task.head)) / sizeof(wire::cell)) return {};
  task.cells.resize(task.head.cell_count);
  if (!task.cells.empty()) {
    std::memcpy(task.cells.data(), bytes + sizeof(task.head),
                task.cells.size() * sizeof(wire::cell));
  }
  return task;
}

}  // namespace

Record ReadRecord(const void* data, std::size_t size) {
  std::uint32_t kind = 0;
  if (size < sizeof(kind)) return {};
  std::memcpy(&kind, data, sizeof(kind));
  const char* bytes = static_cast<const char*>(data);
  if (kind == wire::RECORD_EXECUTABLE || kind == wire::RECORD_CGROUP) return ReadPath(bytes, size);
  const bool of_task = kind >= wire::RECORD_FORK && kind <= wire::RECORD_TASK;
  if (of_task || kind == wire::RECORD_OOM) return ReadTask(bytes, size);
  return {};
}

std::size_t TaskRecordLength(const void* data, std::size_t size) {
  wire::task_record head;
  if (size < sizeof(head)) return 0;
  std::memcpy(&head, data, sizeof(head));
  const std::size_t whole = sizeof(head) + head.cell_count * sizeof(wire::cell);
  return whole > size ? 0 : whole;
}

}  // namespace ethogram::ebpf
