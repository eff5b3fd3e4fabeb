// Version, build switches and the two macros that every compiled function starts with. Depends on the compiler only.
#pragma once

#if defined(_MSVC_LANG)
#if _MSVC_LANG <= 201703L
#error "socketio needs C++20: compile with /std:c++20 (in CMake: target_compile_features(yours PRIVATE cxx_std_20))"
#endif
#elif __cplusplus <= 201703L
#error "socketio needs C++20: compile with -std=c++20 (in CMake: target_compile_features(yours PRIVATE cxx_std_20))"
#elif defined(__GNUC__) && !defined(__clang__) && !defined(__cpp_impl_coroutine)
#error "socketio needs coroutines: compile with -fcoroutines (g++ 10), or by a later compiler"
#endif

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

#if defined(SOCKETIO_SEPARATE_COMPILATION)
namespace socketio {

// The definition is in <socketio/src.hpp>: where no file includes that, the linker names this, too, as missing.
void one_source_file_must_include_socketio_src_hpp() noexcept;

namespace detail {

// A function of a few bytes that nobody calls: by it every file refers to the one above. Only g++ and clang++ keep it,
// and a linker that removes what is not called (--gc-sections) removes it, too.
#if defined(__GNUC__) || defined(__clang__)
[[gnu::used]]
#endif
inline void refer_to_compiled_library() noexcept
{
    one_source_file_must_include_socketio_src_hpp();
}

} // namespace detail
} // namespace socketio
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
