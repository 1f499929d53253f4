/*
 * What processes and disks do, once a second, for FreeBSD.
 *
 * A row is a tag, a dash, the program, what, and how many since the row before; columns stand
 * two blanks apart, as the reader of DTrace's output expects.
 */
#pragma D option quiet
#pragma D option aggsize=8m
#pragma D option dynvarsize=8m

dtrace:::BEGIN { printf("ready\n"); }

syscall:::return
/ pid != $pid /
{
  @counts["calls", "-", execname, probefunc] = sum(1);
}

syscall:::return
/ pid != $pid && (int)arg0 == -1 && errno != 0 /
{
  @counts[errno == 35 ? "again" : "errors", "-", execname, probefunc] = sum(1);
}

syscall::read:return, syscall::readv:return, syscall::pread:return, syscall::preadv:return
/ pid != $pid && (int)arg0 >= 0 /
{
  @counts["value", "-", execname, "io.read.ops"] = sum(1);
  @counts["value", "-", execname, "io.read.bytes"] = sum(arg0);
  @sizes["size", "-", execname, "io.read.size"] = quantize(arg0);
}

syscall::write:return, syscall::writev:return, syscall::pwrite:return, syscall::pwritev:return
/ pid != $pid && (int)arg0 >= 0 /
{
  @counts["value", "-", execname, "io.write.ops"] = sum(1);
  @counts["value", "-", execname, "io.write.bytes"] = sum(arg0);
  @sizes["size", "-", execname, "io.write.size"] = quantize(arg0);
}

sched:::on-cpu
/ pid != 0 && pid != $pid /
{
  self->since = timestamp;
  @counts["value", "-", execname, "sched.switches"] = sum(1);
}

sched:::off-cpu
/ self->since /
{
  @counts["value", "-", execname, "cpu.ns"] = sum(timestamp - self->since);
  self->since = 0;
}

proc:::exec-success { @counts["value", "-", execname, "process.starts"] = sum(1); }
proc:::exit { @counts["value", "-", execname, "process.exits"] = sum(1); }

io:::start
/ args[0]->b_cmd == 1 || args[0]->b_cmd == 2 /
{
  this->reads = args[0]->b_cmd == 1;
  @counts["device", "-", args[1]->dev_name, this->reads ? "iops.read" : "iops.write"] =
    sum(1);
  @counts["device", "-", args[1]->dev_name, this->reads ? "bytes.read" : "bytes.write"] =
    sum(args[0]->b_bcount);
}

profile:::tick-1sec
{
  printa("  %s  %s  %s  %s  %@d\n", @counts);
  printa("  %s  %s  %s  %s %@d\n", @sizes);
  trunc(@counts);
  trunc(@sizes);
}
