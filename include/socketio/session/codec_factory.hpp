// Where a compression library, if the program has one, is found by the connections that agree to use it.
#pragma once

#include <socketio/core/role.hpp>
#include <socketio/wire/message_codec.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <atomic>
#include <string>
#include <string_view>

namespace socketio::detail {

// For one connection; `own` is this side's role.
using codec_factory = message_codec (*)(role own, deflate_parameters const& agreed, deflate_options const& options);

// Null unless <socketio/deflate.hpp> is part of the program. It is ready before any dynamic initialisation, and
// asked when a connection is made, not earlier: then all of the program's initialisation is over.
inline constinit std::atomic<codec_factory> installed_codec{nullptr};

// One body as gzip (RFC 1952); false if there is no memory for it. Null and installed as above.
using gzip_function = bool (*)(std::string_view body, std::string& out);
inline constinit std::atomic<gzip_function> installed_gzip{nullptr};

inline bool offers_deflate(deflate_options const& options) noexcept
{
    return options.enabled && installed_codec.load(std::memory_order_acquire) != nullptr;
}

// For a connection that was agreed to be compressed.
inline message_codec make_codec(role own, deflate_parameters const& agreed, deflate_options const& options)
{
    return installed_codec.load(std::memory_order_acquire)(own, agreed, options);
}

} // namespace socketio::detail
