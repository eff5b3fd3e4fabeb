// Which sanitizer a test is built with, and what it must not do then.
#pragma once

namespace support {

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SOCKETIO_TEST_THREAD_SANITIZER 1
#endif
#if __has_feature(address_sanitizer)
#define SOCKETIO_TEST_ADDRESS_SANITIZER 1
#endif
#endif

#if defined(__SANITIZE_THREAD__) || defined(SOCKETIO_TEST_THREAD_SANITIZER)
inline constexpr bool under_thread_sanitizer = true;
#else
inline constexpr bool under_thread_sanitizer = false;
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SOCKETIO_TEST_ADDRESS_SANITIZER)
inline constexpr bool under_address_sanitizer = true;
#else
inline constexpr bool under_address_sanitizer = false;
#endif

// ThreadSanitizer does not see how libstdc++.so counts the owners of an exception, so that one which is caught on
// one thread and freed on another, as by a future, is a race to it.
inline constexpr bool exceptions_cross_threads = !under_thread_sanitizer;

} // namespace support
