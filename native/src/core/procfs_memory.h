// How much freed memory the C library keeps for later.
#pragma once

namespace ethogram::procfs {

// Gives back all memory that is free now. From now on large pieces are mapped one by one and given back when they are freed, and threads
// share one arena. By default glibc keeps up to 32 MB in pieces that were large once, in an arena
// for each thread: 25 MB of a collector that compresses a chunk a minute. False where the C library
// has no such setting.
bool KeepMemorySmall();

}  // namespace ethogram::procfs
