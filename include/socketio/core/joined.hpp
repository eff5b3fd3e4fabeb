// One text of several pieces. An expression with + costs a program more code.
#pragma once

#include <socketio/core/config.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace socketio::detail {

SOCKETIO_DECL std::string joined(std::initializer_list<std::string_view> pieces);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/core/impl/joined.ipp>
#endif
