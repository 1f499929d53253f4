#include "procfs_memory.h"

#include <malloc.h>

namespace ethogram::procfs {

bool KeepMemorySmall() {
#ifdef __GLIBC__
  // Setting a threshold also ends its growth with what is freed.
  constexpr int kLargePiece = 128 << 10;
  const bool kept = mallopt(M_MMAP_THRESHOLD, kLargePiece) == 1 && mallopt(M_TRIM_THRESHOLD, kLargePiece) == 1 &&
         mallopt(M_ARENA_MAX, 1) == 1;
  // What lies free between pieces in use, in all arenas.
  malloc_trim(0);
  return kept;
#else
  return false;
#endif
}

}  // namespace ethogram::procfs
