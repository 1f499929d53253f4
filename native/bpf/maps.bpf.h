/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Every map, and the counters that user space reads through the mapped .bss. */
#pragma once

/* Two counters of one system call: written by their own task alone, so without atomics. */
struct pair {
  u32 first;
  u32 second;
};

/* Counters by slot. A bit of `touched` is set once a slot was counted. */
struct table {
  u32 total; /* calls by any ABI, modulo 2^32: tells the iterator whether anything happened */
  u32 unused;
  u64 touched[CALL_WORDS];
  struct pair pair[CALL_SLOTS];
};

/* What went through calls of the read family (0) and the write family (1). */
struct transfers {
  u64 bytes[2];
  u32 sizes[2][SIZE_BUCKETS];
};

/* The value for the CPU's own ABI: with 3,856 bytes it fits a 4 KiB block of the allocator. */
struct native_table {
  struct table table;
  struct transfers transfers;
};

/* Calls of a task whose counters could not be made yet: the kernel refuses where a walk over the
 * tasks was interrupted on this very CPU, and where memory is short. They are tried at every call. */
#define EARLY_CALLS 15

struct early_call {
  s64 ret;
  int nr;
  u32 compat;
};

struct early {
  u64 count;
  struct early_call calls[EARLY_CALLS];
};

/* Who a task is and under which generation it counts. */
struct task_state {
  u64 generation; /* 0: not yet known, being flushed, or ended */
  u32 ended;
  u32 seen_total; /* what the iterator handed out last */
  u64 seen_cpu_ns;
  u32 seen;
  u32 unused;
  struct identity identity;
  struct usage base; /* usage when the generation began */
};

struct flush {
  u32 word;
  u32 unused;
  u64 bits;
  struct task_record record;
  struct cell cells[MAX_CELLS];
};

/* Working space of a walk up a tree. Per CPU for tracepoints, which run with preemption off;
 * the iterator can be preempted and has its own. The same holds for struct flush. */
struct climb {
  u64 node;
  u64 mount;
  struct path_record record;
  char text[PATH_TEXT + PATH_PART];
};

struct executable_key {
  u64 inode;
  u64 name; /* hash and length of the name, salted by the parent folder */
  s64 modified_s;
  u64 device;
};

#define TASK_STORAGE(NAME, TYPE)                      \
  struct {                                            \
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);          \
    __uint(map_flags, BPF_F_NO_PREALLOC);             \
    __type(key, int);                                 \
    __type(value, TYPE);                              \
  } NAME SEC(".maps")

TASK_STORAGE(states, struct task_state);
TASK_STORAGE(native_calls, struct native_table);
TASK_STORAGE(compat_calls, struct table);
TASK_STORAGE(native_retries, struct table);
TASK_STORAGE(compat_retries, struct table);

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, u32); /* id of a thread */
  __type(value, struct early);
} early_calls SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct early);
} blank_early SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4 * 1024 * 1024); /* user space sets what fits its budget */
} records SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct flush);
} flushes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct flush);
} iterator_flush SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct climb);
} climbs SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct climb);
} iterator_climb SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 8192);
  __type(key, struct executable_key);
  __type(value, u32);
} executables SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 8192);
  __type(key, u64);
  __type(value, u32);
} cgroups SEC(".maps");

/* For tests: every so many attempts to make counters fail. */
const volatile __u32 fail_storage = 0;
__u32 storage_attempts = 0;

/* Set by user space before anything attaches: CLOCK_BOOTTIME of the start. */
const volatile __u64 started_ns = 0;

/* The process that reads us, which only an iterator knows, and its executable. */
__u32 own_tgid = 0;
__u32 own_exe = 0;

__u64 last_generation = 0;
__u32 last_executable = 0;

/* Spelled with the types of linux/types.h, since the skeleton repeats them in C++.
 * What was lost, by cause; only ever added to. */
__u64 lost_records = 0; /* the ring was full */
__u64 lost_calls = 0;   /* calls known to be lost, of nobody knows which kind */
__u64 lost_storage = 0; /* no memory for a task's counters, and no room to remember its calls */
__u64 late_storage = 0; /* counters that were made at a later call than the first */
__u64 lost_rings = 0;   /* what was handed to io_uring by whom nothing could be kept */
__u64 child_returns = 0;
