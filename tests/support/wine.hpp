// What wine 8 does otherwise than Windows.
#pragma once

#include <socketio/net/asio.hpp>

#if defined(_WIN32)
#include <windows.h>
#endif

namespace support {

// There a send that is pending when its socket is closed does not end.
inline bool under_wine()
{
#if defined(_WIN32)
    static bool const is = ::GetProcAddress(::GetModuleHandleA("ntdll.dll"), "wine_get_version") != nullptr;
    return is;
#else
    return false;
#endif
}

} // namespace support
