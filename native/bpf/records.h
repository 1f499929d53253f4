/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the kernel side hands to user space: read by the BPF programs (C) and by src/core (C++).
 * Everything is in host byte order, naturally aligned, without hidden padding.
 */
#pragma once

#ifdef __cplusplus
#include <cstdint>
namespace ethogram {
namespace wire {
typedef std::uint8_t u8;
typedef std::uint16_t u16;
typedef std::uint32_t u32;
typedef std::uint64_t u64;
typedef std::int64_t s64;
#else
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
#endif

/* Counters of a table: numbers below 335 as they are, 424 … 526 from CALL_HIGH_SLOT on. */
#define CALL_SLOTS 440
#define CALL_WORDS 7 /* 64-bit words of a bitmap over the slots */
#define CALL_HIGH 424
#define CALL_HIGH_SLOT 335
#define CALL_OTHER_SLOT (CALL_SLOTS - 1)

/* Which table a cell is from; the meaning of its two counters. */
enum {
  TABLE_NATIVE = 0,         /* calls, errors */
  TABLE_COMPAT = 1,         /* calls, errors, by the 32-bit table; numbers from 424 on are native */
  TABLE_NATIVE_RETRIES = 2, /* EAGAIN, restarts */
  TABLE_COMPAT_RETRIES = 3, /* EAGAIN, restarts */
  TABLE_READ_SIZES = 4,     /* successful calls of the read family by size; slots are buckets */
  TABLE_WRITE_SIZES = 5,    /* the same of the write family */
  TABLE_LATENCIES = 6,      /* native calls by the time they took; slot: LATENCY_SLOT */
};

enum {
  RECORD_EXECUTABLE = 1, /* struct path_record */
  RECORD_CGROUP = 2,     /* struct path_record */
  RECORD_FORK = 3,       /* struct task_record: the child, with the identity of its parent */
  RECORD_EXEC = 4,       /* struct task_record: last totals of the old program, and who it is now */
  RECORD_EXIT = 5,       /* struct task_record: last totals of a thread */
  RECORD_TASK = 6,       /* struct task_record: totals of a living thread */
  RECORD_OOM = 8,        /* struct task_record: who is about to be killed for want of memory */
};

enum {
  TASK_KERNEL = 1,     /* a kernel thread */
  TASK_GROUP_DEAD = 2, /* the last thread of its process ended */
  TASK_LEADER = 4,     /* the thread whose id is the process id */
  TASK_MEMORY = 8,     /* rss_pages and descriptors are known */
};

/* Bucket 0 holds 0 bytes, bucket 1 + k holds 2^k … 2^(k+1) - 1; one call moves less than 2 GiB. */
#define SIZE_BUCKETS 32

enum {
  FLOW_TCP = 1,
  FLOW_UDP = 2,
  FLOW_UNIX = 3,
};

enum {
  FLOW_ACCEPTOR = 1,  /* this end was called: its port listens, or it has a name */
  FLOW_INITIATOR = 2, /* this end called */
  FLOW_CLOSED = 4,    /* no more will come */
  FLOW_SEEDED = 8,    /* it was there before the collector */
};

#define PATH_TEXT 1024
#define PATH_PART 256
#define MAX_CELLS 1024

#define OWN_PROCESS 0x80000000u
#define KERNEL_THREAD 0x40000000u
#define EXECUTABLE_ID 0x3fffffffu

struct identity {
  u64 cgroup; /* cgroup id, hierarchy in the top byte */
  u32 exe;    /* id of an executable record, 0: none or unknown; OWN_PROCESS, KERNEL_THREAD */
  u32 uid;
  char comm[16]; /* of the thread group's leader */
};

struct usage {
  u64 cpu_ns;
  u64 switches;
  u64 minor_faults;
  u64 major_faults;
  u64 read_bytes; /* by calls of the read family */
  u64 write_bytes;
  u64 disk_read_bytes;
  u64 disk_write_bytes;
};

struct cell {
  u16 slot;
  u16 table;
  u32 first; /* cumulative within the generation, modulo 2^32 */
  u32 second;
};

struct task_record {
  u32 kind;
  u32 cell_count;
  u64 generation;      /* whose totals these are */
  u64 next_generation; /* RECORD_EXEC: under which the task goes on */
  u64 start_ns;        /* CLOCK_BOOTTIME */
  u32 tgid;
  u32 pid;
  u32 parent; /* tgid of the parent */
  u32 flags;
  u64 rss_pages;
  u32 descriptors;
  u32 unused;
  struct identity identity;
  struct identity next; /* RECORD_EXEC: who it is now */
  struct usage usage;   /* cumulative within the generation */
};

/* One end of a connection, without the rest; or of the datagrams between a socket and an address. */
struct flow_key {
  u64 cookie; /* of the socket; never used twice */
  u8 remote[16];
  u32 remote_port;
  u32 unused;
};

struct flow {
  u64 socket; /* address in the kernel: what `peer` of the other end says */
  u64 peer;   /* unix: the other end; 0 where there is none */
  u64 sent_bytes;
  u64 sent;
  u64 received_bytes;
  u64 received;
  u64 census; /* number of the last iteration that met it */
  u32 net;    /* number of the network namespace */
  u32 tgid;   /* of the owner: who used it last; 0 while nobody is known */
  u32 peer_tgid;
  u16 kind;
  u16 flags;
  u32 local_port;
  u32 remote_port;
  u8 local[16]; /* IPv6, or IPv4 mapped into it */
  u8 remote[16];
  u64 owner_start_ns; /* with the number of its execs: tells whether the owner is the same program */
  u64 owner_execs;
  struct identity owner;
};

#define NOBODY_YET 0xffffffffu /* as tgid: the owner is being written */

enum {
  RECORD_PIPE = 7, /* struct pipe_record */
};

enum {
  PIPE_READER = 1,
  PIPE_WRITER = 2,
};

/* A descriptor of a pipe, as the iterator met it. */
struct pipe_record {
  u32 kind;
  u32 ends;
  u64 inode;
  u32 device;
  u32 tgid;
  u64 filled; /* buffers of the pipe filled so far */
  struct identity owner;
};

/* Whom what reached a device is charged to: who asked, or who dirtied the pages. */
struct charge_key {
  struct identity identity;
  u32 kernel; /* 1: a kernel thread */
  u32 unused;
};

struct charge {
  u64 ops[2]; /* reads, writes */
  u64 bytes[2];
};

/* A process while it runs one program: its number comes again, and exec changes who it is. */
struct ring_key {
  u64 start_ns; /* CLOCK_BOOTTIME */
  u64 execs;
  u32 tgid;
  u32 unused;
};

/* What a process handed to io_uring. */
struct ring_use {
  u64 submits;
  u64 completions;
  struct identity owner;
};

#define LATENCY_BUCKETS 64
#define LATENCY_SLOT(slot, bucket) ((slot) | (bucket) << 9)

/* How often a call of somebody took 2^bucket … 2^(bucket+1) - 1 ns. */
struct latency_key {
  struct identity identity;
  u32 slot;
  u32 bucket;
};

/* Requests of a whole device, and the time they took: bucket k holds 2^k … 2^(k+1) - 1 ns. */
struct device {
  char name[32];
  u64 ops[2]; /* reads, writes */
  u64 bytes[2];
  u64 latencies[LATENCY_BUCKETS];
};

struct path_record {
  u32 kind;
  u32 id;     /* of an executable */
  u64 cgroup; /* of a cgroup */
  u64 inode;
  s64 modified_s; /* seconds of the epoch */
  u32 device;
  u32 length; /* bytes of text: parts from the leaf to the root, each ended by a zero byte */
};

#ifdef __cplusplus
} // namespace wire
} // namespace ethogram
#endif
