// What nearly every test program includes, parsed once. Nothing may rely on it: the build
// with Meson does without, and each header is also compiled alone.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#if __has_include(<socketio/net/asio.hpp>)
#include <socketio/net/asio.hpp>
#endif
