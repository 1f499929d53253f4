/* Prints the nanoseconds of a system call: the least of many short batches, since whatever else
 * runs can only make a batch slower. `call-cost [BATCHES]`: so many, or what 2 s allow. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

int main(int argc, char **argv)
{
  const int batches = argc > 1 ? atoi(argv[1]) : 300, calls = 5000;
  const double end = now_ns() + 2e9;
  double least = 1e18, start = 0;
  for (int batch = 0; batch < batches && start < end; batch++) {
    start = now_ns();
    for (int i = 0; i < calls; i++)
      syscall(SYS_getppid);
    const double each = (now_ns() - start) / calls;
    if (each < least)
      least = each;
  }
  printf("%.1f\n", least);
  return 0;
}
