// The listeners of a client, and how chatty its log is.
#pragma once

#include <socketio/client.hpp>
#include <socketio/compat/callback_gate.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sio::detail {

struct client_listeners {
    std::function<void()> open{};
    std::function<void()> fail{};
    std::function<void()> reconnecting{};
    std::function<void(unsigned, unsigned)> reconnect{};
    std::function<void(bool normal)> close{};
    std::function<void(std::string const&)> socket_open{};
    std::function<void(std::string const&)> socket_close{};
};

enum class log_choice { by_default, quiet, verbose };

// Hands on what was chosen.
inline socketio::log_handler filtered(socketio::log_handler to, std::shared_ptr<std::atomic<log_choice>> choice,
                                      std::shared_ptr<callback_gate> callbacks)
{
    if (!to)
        return nullptr;
    return [to = std::move(to), choice = std::move(choice), callbacks = std::move(callbacks)](
               socketio::log_level level, std::string_view component, std::string_view text) {
        log_choice const chosen = choice->load();
        bool const wanted = chosen == log_choice::verbose ||
                            (chosen == log_choice::by_default && level != socketio::log_level::debug);
        if (wanted)
            callbacks->run([&] { to(level, component, text); });
    };
}

} // namespace sio::detail
