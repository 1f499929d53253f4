/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What reached block devices, charged to who caused it. Reads and direct writes: the task that
 * starts the request. Buffered writes arrive in a kworker long after: the last task that dirtied
 * a page of that file. No match: [writeback]. Journal and metadata stay with their kernel thread.
 */
#pragma once

#define REQ_OP_MASK 0xff
#define REQ_OP_WRITE 1
#define MAPPING_FLAGS 3 /* not a file's: anonymous memory, or movable */
#define BDEVFS_MAGIC 0x62646576

struct request_state {
  struct charge_key charged;
  u64 start_ns;
  u64 bytes;
  u32 way; /* 0 read, 1 write */
  u32 unused;
};

struct inode_key {
  u64 inode;
  u64 device;
};

struct dirtier {
  u64 generation;
  struct identity identity;
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 16384);
  __type(key, u64);
  __type(value, struct request_state);
} requests SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 8192);
  __type(key, struct inode_key);
  __type(value, struct dirtier);
} dirtiers SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, struct charge_key);
  __type(value, struct charge);
} charges SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 1024);
  __type(key, u32);
  __type(value, struct device);
} devices SEC(".maps");

/* A device that saw nothing yet: half a kilobyte is too much for a program's stack. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct device);
} blank_device SEC(".maps");

__u64 lost_requests = 0; /* a map of requests, charges or devices was full */

SEC("tp_btf/writeback_dirty_folio")
int BPF_PROG(on_dirty, struct folio *folio, struct address_space *mapping)
{
  struct task_struct *task = bpf_get_current_task_btf();
  struct task_state *state = bpf_task_storage_get(&states, task, 0, 0);
  struct inode *inode = mapping ? BPF_CORE_READ(mapping, host) : 0;
  if (!state || !state->generation || !inode)
    return 0;
  struct inode_key key = { .inode = BPF_CORE_READ(inode, i_ino),
                           .device = BPF_CORE_READ(inode, i_sb, s_dev) };
  struct dirtier *known = bpf_map_lookup_elem(&dirtiers, &key);
  if (known && known->generation == state->generation)
    return 0;
  struct dirtier dirtier = { .generation = state->generation, .identity = state->identity };
  bpf_map_update_elem(&dirtiers, &key, &dirtier, BPF_ANY);
  return 0;
}

/* The file whose pages a write carries; 0 for anonymous memory and for the device itself. */
static struct inode *file_of(struct request *request)
{
  struct bio *bio = BPF_CORE_READ(request, bio);
  if (!bio)
    return 0;
  struct bio_vec *vectors = BPF_CORE_READ(bio, bi_io_vec);
  u32 first = BPF_CORE_READ(bio, bi_iter.bi_idx);
  struct page *page = BPF_CORE_READ(&vectors[first], bv_page);
  if (!page)
    return 0;
  unsigned long head = BPF_CORE_READ(page, compound_head);
  if (head & 1)
    page = (struct page *)(head - 1);
  u64 mapping = (u64)BPF_CORE_READ(page, mapping);
  if (!mapping || mapping & MAPPING_FLAGS)
    return 0;
  struct inode *inode = BPF_CORE_READ((struct address_space *)mapping, host);
  return inode && BPF_CORE_READ(inode, i_sb, s_magic) != BDEVFS_MAGIC ? inode : 0;
}

static bool charge_dirtier(struct request *request, bool in_kernel, struct charge_key *charged)
{
  struct inode *inode = file_of(request);
  if (!inode)
    return false;
  struct inode_key key = { .inode = BPF_CORE_READ(inode, i_ino),
                           .device = BPF_CORE_READ(inode, i_sb, s_dev) };
  struct dirtier *dirtier = bpf_map_lookup_elem(&dirtiers, &key);
  if (dirtier) {
    charged->identity = dirtier->identity;
    return true;
  }
  if (!in_kernel)
    return false;
  __builtin_memcpy(charged->identity.comm, "writeback", 10);
  charged->kernel = 1;
  return true;
}

SEC("tp_btf/block_io_start")
int BPF_PROG(on_request, struct request *request)
{
  u32 operation = BPF_CORE_READ(request, cmd_flags) & REQ_OP_MASK;
  if (operation > REQ_OP_WRITE)
    return 0;
  struct task_struct *task = bpf_get_current_task_btf();
  bool in_kernel = task->flags & PF_KTHREAD;
  struct request_state fresh = { .start_ns = bpf_ktime_get_ns(), .way = operation };
  if (operation != REQ_OP_WRITE || !charge_dirtier(request, in_kernel, &fresh.charged)) {
    struct task_state *state = bpf_task_storage_get(&states, task, 0, 0);
    if (state)
      fresh.charged.identity = state->identity;
    fresh.charged.kernel = in_kernel;
  }
  u64 key = (u64)request;
  if (bpf_map_update_elem(&requests, &key, &fresh, BPF_ANY))
    __sync_fetch_and_add(&lost_requests, 1);
  return 0;
}

/* A request may complete in parts, and may have grown by merging since it was started. */
SEC("tp_btf/block_rq_complete")
int BPF_PROG(on_part, struct request *request, int error, unsigned int bytes)
{
  u64 key = (u64)request;
  struct request_state *state = bpf_map_lookup_elem(&requests, &key);
  if (state)
    state->bytes += bytes;
  return 0;
}

static void add_to_device(struct request *request, const struct request_state *state)
{
  u64 elapsed_ns = bpf_ktime_get_ns() - state->start_ns;
  u32 way = state->way & 1;
  struct gendisk *disk = BPF_CORE_READ(request, q, disk);
  u32 number = (u32)BPF_CORE_READ(disk, major) << 20 | BPF_CORE_READ(disk, first_minor);
  struct device *device = bpf_map_lookup_elem(&devices, &number);
  if (!device) {
    u32 zero = 0;
    struct device *blank = bpf_map_lookup_elem(&blank_device, &zero);
    if (!blank)
      return;
    bpf_map_update_elem(&devices, &number, blank, BPF_NOEXIST);
    device = bpf_map_lookup_elem(&devices, &number);
    if (!device) {
      __sync_fetch_and_add(&lost_requests, 1);
      return;
    }
    bpf_probe_read_kernel_str(device->name, sizeof(device->name), &disk->disk_name);
  }
  __sync_fetch_and_add(&device->ops[way], 1);
  __sync_fetch_and_add(&device->bytes[way], state->bytes);
  __sync_fetch_and_add(&device->latencies[log2_of(elapsed_ns) & (LATENCY_BUCKETS - 1)], 1);
}

SEC("tp_btf/block_io_done")
int BPF_PROG(on_done, struct request *request)
{
  u64 key = (u64)request;
  struct request_state *state = bpf_map_lookup_elem(&requests, &key);
  if (!state)
    return 0;
  u32 way = state->way & 1;
  struct charge_key charged = state->charged;
  struct charge *charge = bpf_map_lookup_elem(&charges, &charged);
  if (!charge) {
    struct charge none = {};
    bpf_map_update_elem(&charges, &charged, &none, BPF_NOEXIST);
    charge = bpf_map_lookup_elem(&charges, &charged);
  }
  if (charge) {
    __sync_fetch_and_add(&charge->ops[way], 1);
    __sync_fetch_and_add(&charge->bytes[way], state->bytes);
  } else {
    __sync_fetch_and_add(&lost_requests, 1);
  }
  add_to_device(request, state);
  bpf_map_delete_elem(&requests, &key);
  return 0;
}
