#include "procfs_io_debt.h"

#include <algorithm>

namespace ethogram::procfs {

uint64_t Settle(uint64_t delta, uint64_t& debt) {
  const uint64_t taken = std::min(delta, debt);
  debt -= taken;
  return delta - taken;
}

bool Owes(const Io& debt) {
  return (debt.read_bytes | debt.written_bytes | debt.read_ops | debt.write_ops |
          debt.disk_read_bytes | debt.disk_written_bytes | debt.cancelled_bytes) != 0;
}

void Add(Io& sum, const Io& more) {
  sum.read_bytes += more.read_bytes;
  sum.written_bytes += more.written_bytes;
  sum.read_ops += more.read_ops;
  sum.write_ops += more.write_ops;
  sum.disk_read_bytes += more.disk_read_bytes;
  sum.disk_written_bytes += more.disk_written_bytes;
  sum.cancelled_bytes += more.cancelled_bytes;
}

}  // namespace ethogram::procfs
