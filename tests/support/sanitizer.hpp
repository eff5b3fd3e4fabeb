// What tests must not do under a sanitizer that is mistaken about it.
#pragma once

namespace support {

// ThreadSanitizer does not see how libstdc++.so counts the owners of an exception, so that one which is caught on
// one thread and freed on another, as by a future, is a race to it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SOCKETIO_TEST_THREAD_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(SOCKETIO_TEST_THREAD_SANITIZER)
inline constexpr bool exceptions_cross_threads = false;
#else
inline constexpr bool exceptions_cross_threads = true;
#endif

} // namespace support
