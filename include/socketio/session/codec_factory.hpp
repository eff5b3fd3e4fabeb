// The place where connections that agree on compression find the compression library, if the program has one.
#pragma once

#include <socketio/core/role.hpp>
#include <socketio/wire/message_codec.hpp>
#include <socketio/wire/permessage_deflate.hpp>

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::detail {

// Makes the codec of one connection; `own` is the role of this side.
using codec_factory = message_codec (*)(role own, deflate_parameters const& agreed, deflate_options const& options);

// Null unless <socketio/deflate.hpp> is part of the program. It is set before any dynamic initialisation, and
// read when a connection is made: after all of the program's initialisation.
inline constinit std::atomic<codec_factory> installed_codec{nullptr};

// Compresses one body as gzip (RFC 1952). Returns false if memory runs out. Null and installed as above.
using gzip_function = bool (*)(std::string_view body, std::string& out);
inline constinit std::atomic<gzip_function> installed_gzip{nullptr};

// Inflates in place one body whose Content-Encoding is `coding`. error::message_too_large if that has more than `limit`
// bytes, error::deflate_invalid if the body is corrupt or incomplete, error::http_malformed if the coding is not gzip.
// Null and installed as above.
using gunzip_function = std::error_code (*)(std::string_view coding, std::size_t limit, std::string& body);
inline constinit std::atomic<gunzip_function> installed_gunzip{nullptr};

inline bool offers_deflate(deflate_options const& options) noexcept
{
    return options.enabled && installed_codec.load(std::memory_order_acquire) != nullptr;
}

// The codec of a connection that has agreed on compression.
inline message_codec make_codec(role own, deflate_parameters const& agreed, deflate_options const& options)
{
    return installed_codec.load(std::memory_order_acquire)(own, agreed, options);
}

} // namespace socketio::detail
