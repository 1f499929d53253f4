// What a parent was given of its reaped children's I/O, and what is to be taken off again.
#pragma once

#include <cstdint>

#include "procfs_text.h"

namespace ethogram::procfs {

// Takes what is owed off a delta, and what was taken off the debt.
uint64_t Settle(uint64_t delta, uint64_t& debt);

bool Owes(const Io& debt);

void Add(Io& sum, const Io& more);

}  // namespace ethogram::procfs
