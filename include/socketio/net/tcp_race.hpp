// Connects to the first of several addresses that answers (RFC 8305). Knows addresses only, no names.
#pragma once

#include <socketio/core/function.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/deadline_timer.hpp>
#include <socketio/net/dial_stage.hpp>
#include <socketio/net/network_options.hpp>
#include <socketio/net/stream.hpp>
#include <socketio/session/address_race.hpp>

#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace socketio::detail {

// "10.0.0.1 port 80".
SOCKETIO_DECL std::string endpoint_text(asio::ip::tcp::endpoint const& of);

// On the strand. Pending operations own it, and it owns the handler: its creator keeps at most a weak pointer.
class tcp_race : public std::enable_shared_from_this<tcp_race> {
public:
    using socket_type = stream::socket_type;
    // The message has the reason for each address, at least for the first few.
    using handler = unique_function<void(std::error_code, std::string message, socket_type)>;

    // `options` and `stage` must live until the handler has been called. `peer` precedes addresses in messages.
    tcp_race(strand const& on, std::vector<asio::ip::tcp::endpoint> endpoints, network_options const& options,
             dial_stage& stage, std::string peer);

    // Ends later, not inside this call.
    void start(handler done);
    // Ends soon with operation_aborted, unless it ends before.
    void cancel();

private:
    void go_on();
    void begin_due();
    void begin(std::size_t index);
    void on_connected(std::size_t index, std::error_code ec);
    void note_failure(std::size_t index, std::error_code ec, std::string const& what);
    void finish(std::error_code ec, std::string message, socket_type connected);
    socket_type closed_socket() const { return socket_type{strand_.get_inner_executor().any()}; }

    strand strand_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    network_options const& options_;
    dial_stage& stage_;
    std::string peer_;
    handler done_;
    address_race race_;
    deadline_timer timer_;
    std::vector<std::optional<socket_type>> attempts_; // one for each endpoint
    std::size_t under_way_ = 0;
    std::size_t failures_ = 0;
    std::error_code last_error_;
    std::string message_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/tcp_race.ipp>
#endif
