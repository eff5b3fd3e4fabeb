// Version, build switches and the two macros that every compiled function starts with. Depends on the compiler only.
#pragma once

#define SOCKETIO_VERSION_MAJOR 0
#define SOCKETIO_VERSION_MINOR 2
#define SOCKETIO_VERSION_PATCH 0

// With SOCKETIO_SEPARATE_COMPILATION one translation unit includes <socketio/src.hpp>
// and all others see declarations only; without it everything is inline.
#if defined(SOCKETIO_SEPARATE_COMPILATION)
#define SOCKETIO_DECL
#else
#define SOCKETIO_HEADER_ONLY 1
#define SOCKETIO_DECL inline
#endif

// Precedes a function that is rarely called. Inlined, it would take room in its callers from the code of every message.
#if defined(__GNUC__)
#define SOCKETIO_NOINLINE [[gnu::noinline]]
#elif defined(_MSC_VER)
#define SOCKETIO_NOINLINE __declspec(noinline)
#else
#define SOCKETIO_NOINLINE
#endif

// Precedes a small function of every message whose arguments are constants: much of it is known when it is compiled.
#if defined(__GNUC__)
#define SOCKETIO_ALWAYS_INLINE [[gnu::always_inline]] inline
#elif defined(_MSC_VER)
#define SOCKETIO_ALWAYS_INLINE __forceinline
#else
#define SOCKETIO_ALWAYS_INLINE inline
#endif

// Precedes a function of every message that calls small functions, which belong into its code however often they occur.
#if defined(__GNUC__)
#define SOCKETIO_FLATTEN [[gnu::flatten]]
#else
#define SOCKETIO_FLATTEN
#endif

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define SOCKETIO_HAS_EXCEPTIONS 1
#else
#define SOCKETIO_HAS_EXCEPTIONS 0
#endif
