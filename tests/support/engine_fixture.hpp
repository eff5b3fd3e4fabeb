// An Engine.IO server in the test's own context, which echoes messages and writes down what it hears.
#pragma once

#include <socketio/server/engine_server.hpp>

#include "run_until.hpp"

#include <asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

class engine_fixture {
public:
    using channel = socketio::detail::engine_session;
    using disconnect_reason = socketio::detail::disconnect_reason;

    explicit engine_fixture(socketio::server_options options = {})
    {
        options.address = "127.0.0.1";
        socketio::detail::engine_server::hooks told;
        told.session = [this](std::shared_ptr<channel> arrived) { welcome(std::move(arrived)); };
        told.connection_error = [this](socketio::connection_failure const& failure) {
            std::string line = "refused " + std::to_string(failure.code) + " " + failure.message;
            for (auto const& [name, text] : failure.context)
                line += " " + name + "=" + text;
            write_down(std::move(line));
        };
        server = socketio::detail::engine_server::make(
            context.get_executor(), std::make_shared<socketio::server_options const>(std::move(options)), std::move(told));
        server->listen(0);
    }

    std::uint16_t port() const { return server->port(); }
    std::string ws_url(std::string_view query = "EIO=4&transport=websocket") const
    {
        return "ws://127.0.0.1:" + std::to_string(port()) + "/socket.io/?" + std::string(query);
    }

    std::vector<std::string> heard() const
    {
        std::lock_guard const lock{mutex_};
        return lines_;
    }
    bool has_heard(std::string_view line, std::ptrdiff_t times = 1) const
    {
        std::lock_guard const lock{mutex_};
        return std::count(lines_.begin(), lines_.end(), line) >= times;
    }
    bool until_heard(std::string_view line, std::ptrdiff_t times = 1)
    {
        return run_until(context, [&] { return has_heard(line, times); });
    }
    // All that has come has been seen to.
    bool until_quiet()
    {
        return run_until(context, [this] { return context.poll() == 0; });
    }
    void write_down(std::string line)
    {
        std::lock_guard const lock{mutex_};
        lines_.push_back(std::move(line));
    }
    // Closes the server; true if all that was left came to an end.
    bool done()
    {
        server->close([this] { write_down("server closed"); });
        return until_heard("server closed") && run_out(context);
    }

    asio::io_context context;
    std::shared_ptr<socketio::detail::engine_server> server;
    bool echoes = true;
    // The newest.
    std::shared_ptr<channel> session;

private:
    class guest final : public socketio::detail::engine_session_owner {
    public:
        guest(engine_fixture& house, std::shared_ptr<channel> session) : house_{house}, session_{std::move(session)} {}

        void on_readable() override { session_->receive(); }
        void on_text(std::span<char> message) override
        {
            std::string const text(message.begin(), message.end());
            house_.write_down("text " + (text.size() > 100 ? std::to_string(text.size()) : text));
            if (text == "close")
                session_->close(disconnect_reason::forced_close, socketio::error::stopped);
            else if (text == "abort")
                session_->abort(disconnect_reason::forced_close, socketio::error::stopped);
            else if (house_.echoes)
                session_->send_text(text, true);
        }
        void on_binary(std::span<char> message) override
        {
            house_.write_down("binary " + std::to_string(message.size()));
            if (house_.echoes)
                session_->send_binary(socketio::detail::as_bytes({message.data(), message.size()}), true);
        }
        void on_drained() override { house_.write_down("drained"); }
        void on_closed(disconnect_reason reason, std::error_code why) override
        {
            house_.write_down("closed: " + std::string(to_string(reason)) + " (" + why.message() + ")");
        }

    private:
        engine_fixture& house_;
        std::shared_ptr<channel> session_; // until the end, as the owner is held so long
    };

    void welcome(std::shared_ptr<channel> arrived)
    {
        session = arrived;
        write_down("session " + std::string(arrived->transport()));
        arrived->attach(std::make_shared<guest>(*this, arrived));
    }

    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

} // namespace support
