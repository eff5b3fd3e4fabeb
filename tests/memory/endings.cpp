// How acknowledgements and connections end while an allocation fails: each once, and told.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <doctest/doctest.h>

#include "memory/on_one_context.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace memory;

class endings final : public on_one_context {
public:
    void hold() override
    {
        twice([this] { open_server(); });
        twice([this] { connect(); });
        twice([this] { enter_elsewhere(); });
        wait([this] { return client_.connected() && !members_.empty() && refusals_ != 0 && throws_ != 0; });
        from_the_server();
        ask(client_);
        if (!members_.empty())
            twice([this] { members_.front().disconnect(); });
        wait([this] { return disconnects_ != 0; });
        twice([this] { client_.connect(); });
        wait([this] { return client_.connected(); });
        ask(client_);
        from_the_server();
        twice([this] { client_.disconnect(); });
        wait([this] { return members_.empty(); });
        ask(client_); // of which the first has no room when the second comes
        twice([this] { client_.clear_send_buffer(); });
        wait([this] { return all_told(); });
    }

    std::string examine() override
    {
        if (!client_ || !server_ || !strict_ || !throwing_)
            return "there is no client, or no server";
        client_.clear_send_buffer();
        client_.disconnect();
        if (!patiently([this] { return members_.empty(); }))
            return "a socket of the server does not end";
        if (!patiently([this] { return all_told(); }))
            return "an acknowledgement does not end";
        if (std::any_of(stories_.begin(), stories_.end(), [](story const& each) { return each.told > 1; }))
            return "an acknowledgement ends twice";
        if (!patiently([this] { return connects_ == disconnects_; }))
            return "\"connect\": " + std::to_string(connects_) + ", \"disconnect\": " + std::to_string(disconnects_);
        if (!patiently([this] { return refusals_ != 0 || strict_.active(); }))
            return "no \"connect_error\" for a refusal";
        if (!patiently([this] { return throws_ != 0 || throwing_.active(); }))
            return "no \"connect_error\" for auth that throws";
        return {};
    }

    bool end() override
    {
        members_.clear();
        client_ = {};
        strict_ = {};
        throwing_ = {};
        if (server_)
            server_->close();
        return run_out();
    }

private:
    // Of one acknowledgement.
    struct story {
        bool taken = false; // the emit did not throw
        int told = 0;
    };

    void open_server()
    {
        if (!server_)
            server_.emplace(context_, std::uint16_t{0},
                            socketio::server_options{.address = "127.0.0.1", .close_timeout = 100ms});
        server_->off("connection");
        server_->on("connection", [this](socketio::server_socket socket) {
            socket.on("disconnect", [this, id = socket.id()] {
                std::erase_if(members_, [&](auto const& each) { return each.id() == id; });
            });
            members_.push_back(socket);
        });
        server_->of("/strict").use([](socketio::server_socket const&, socketio::next next) { next({"no"}); });
    }
    void connect()
    {
        auto made = socketio::io(context_, "http://127.0.0.1:" + std::to_string(server_->port()),
            options());
        made.on("connect", [this] { ++connects_; });
        made.on("disconnect", [this] { ++disconnects_; });
        client_ = made;
    }
    static socketio::options options()
    {
        socketio::options made;
        made.forceNew = true;
        made.reconnectionDelay = 1ms;
        made.reconnectionDelayMax = 5ms;
        made.send_buffer = {.events = 1, .full = socketio::when_full::drop_oldest};
        made.close_timeout = 100ms;
        return made;
    }
    void enter_elsewhere()
    {
        strict_ = client_.io().socket("/strict");
        strict_.off("connect_error");
        strict_.on("connect_error", [this] { ++refusals_; });
        auto const auth = []() -> socketio::object { throw std::runtime_error{"no"}; };
        throwing_ = client_.io().socket("/throwing", {.auth = auth});
        throwing_.off("connect_error");
        throwing_.on("connect_error", [this] { ++throws_; });
    }
    template <class Emit>
    void tell(Emit emit)
    {
        twice([&] {
            auto& made = stories_.emplace_back();
            emit(made);
            made.taken = true;
        });
    }
    // Nobody answers.
    void ask(socketio::socket& by)
    {
        tell([&](story& of) { by.timeout(5ms).emit("silent", [&of](std::error_code) { ++of.told; }); });
        tell([&](story& of) { by.emit("silent", [&of](std::error_code) { ++of.told; }); });
        tell([&](story& of) { by.timeout(1h).emit("silent", [&of](std::error_code) { ++of.told; }); });
        auto const& first = *std::prev(stories_.end(), 3);
        wait([&] { return first.told != 0; });
    }
    void from_the_server()
    {
        if (members_.empty())
            return;
        auto const member = members_.front();
        auto const counting = [](story& of) { return [&of](std::error_code, socketio::value const&) { ++of.told; }; };
        tell([&](story& of) { member.timeout(5ms).emit("silent", counting(of)); });
        auto const& first = stories_.back();
        tell([&](story& of) { member.emit("silent", counting(of)); });
        wait([&] { return first.told != 0; });
    }
    bool all_told() const
    {
        return std::all_of(stories_.begin(), stories_.end(),
                           [](story const& each) { return each.told != 0 || !each.taken; });
    }

    std::list<story> stories_; // the first to be made, the last to go
    std::optional<socketio::server> server_;
    socketio::socket client_, strict_, throwing_;
    std::vector<socketio::server_socket> members_;
    int connects_ = 0, disconnects_ = 0, refusals_ = 0, throws_ = 0;
};

} // namespace

TEST_CASE("whichever allocation fails, each acknowledgement ends exactly once, and each end of a connection is told")
{
    fail_each_allocation([] { return std::make_unique<endings>(); });
}
