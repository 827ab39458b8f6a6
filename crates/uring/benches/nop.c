// The loop of nop.rs with liburing: nop BATCH ROUNDS prints the nanoseconds of one NOP.
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  unsigned batch = atoi(argv[1]), rounds = atoi(argv[2]);
  struct io_uring ring;
  if (io_uring_queue_init(2 * batch, &ring, 0)) return 1;
  unsigned long long sum = 0;
  double start = now();
  for (unsigned round = 0; round < rounds; round++) {
    for (unsigned number = 0; number < batch; number++) {
      struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
      if (!sqe) return 1;
      io_uring_prep_nop(sqe);
      io_uring_sqe_set_data64(sqe, number);
    }
    if (io_uring_submit_and_wait(&ring, batch) != (int)batch) return 1;
    struct io_uring_cqe *cqe;
    unsigned head, seen = 0;
    io_uring_for_each_cqe(&ring, head, cqe) {
      sum += cqe->user_data;
      seen++;
    }
    io_uring_cq_advance(&ring, seen);
  }
  double time = now() - start;
  if (sum != (unsigned long long)rounds * batch * (batch - 1) / 2) return 1;
  printf("%.2f\n", time / batch / rounds);
}
