// The handshake of long-polling: the first poll of a session, on a connection that is kept for the polls that follow.
#pragma once

#include <socketio/net/dial.hpp>
#include <socketio/net/http_client.hpp>
#include <socketio/net/opening.hpp>
#include <socketio/session/polling_target.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace socketio::detail {

// The beginning of a channel.
struct polling_opening {
    std::shared_ptr<http_client_settings> connections;
    std::shared_ptr<http_client> polls;
    polling_target target;
    std::string payload; // of the handshake
};

class polling_dial final : public opening, public std::enable_shared_from_this<polling_dial> {
public:
    // `done`, which must not throw, is called at most once, on the strand, and not inside start().
    using handler = unique_function<void(dial_result&&, polling_opening&&)>;

    polling_dial(strand const& on, std::shared_ptr<http_client_settings> connections, polling_target target,
                 std::size_t payload_size, handler done);

    SOCKETIO_DECL void start() override;
    SOCKETIO_DECL void abandon() noexcept override;
    std::string const& stage() const noexcept override { return client_->stage(); }

private:
    void on_answer(http_client_answer&& answer) noexcept;
    dial_result judge(http_client_answer& answer) const;

    std::shared_ptr<http_client_settings> const connections_;
    std::shared_ptr<http_client> client_;
    polling_target target_;
    std::size_t const payload_size_;
    handler done_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/polling_dial.ipp>
#endif
