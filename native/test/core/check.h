// The few checks that the tests of plain C++ need.
#pragma once

#include <cstdio>
#include <sstream>
#include <string>
#include <string_view>

namespace ethogram::test {

inline int failed_checks = 0;
inline int run_tests = 0;

inline void Report(const char* file, int line, const std::string& what) {
  failed_checks++;
  fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
}

template <typename Left, typename Right>
void CheckEqual(const char* file, int line, const char* text, const Left& left, const Right& right) {
  if (left == right) return;
  std::ostringstream message;
  message << text << ": found " << +left << ", expected " << +right;
  Report(file, line, message.str());
}

inline void CheckEqual(const char* file, int line, const char* text, const std::string& left,
                       const std::string& right) {
  if (left != right) Report(file, line, std::string(text) + ": found " + left + ", expected " + right);
}

inline void CheckEqual(const char* file, int line, const char* text, std::string_view left,
                       std::string_view right) {
  CheckEqual(file, line, text, std::string(left), std::string(right));
}

// Prints what ran; the exit status of the program.
inline int Finish() {
  printf("%d tests, %d failed checks\n", run_tests, failed_checks);
  return failed_checks == 0 ? 0 : 1;
}

}  // namespace ethogram::test

#define CHECK(condition) \
  ((condition) ? void() : ethogram::test::Report(__FILE__, __LINE__, #condition))
#define CHECK_EQUAL(left, right) \
  ethogram::test::CheckEqual(__FILE__, __LINE__, #left, left, right)
#define RUN(function)            \
  do {                           \
    printf("%s\n", #function);   \
    ethogram::test::run_tests++; \
    function();                  \
  } while (false)
