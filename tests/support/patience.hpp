// How long a test waits for what should come.
#pragma once

#include <chrono>

namespace support {

using steady = std::chrono::steady_clock;

// Far more than anything needs: it only ends a test that would hang.
inline constexpr std::chrono::seconds patience{20};

} // namespace support
