// A client whose connection is lost, and that comes back to what it has missed, while an allocation fails.
#include <socketio/client.hpp>
#include <socketio/server.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"
#include "memory/on_one_context.hpp"

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace memory;

class recovery final : public on_one_context {
public:
    void hold() override
    {
        twice([this] { open_server(); });
        twice([this] { connect(); });
        wait([this] { return client_.connected() && !members_.empty(); });
        twice([this] { server_->in("room").emit("news", next()); });
        wait([this] { return heard_.size() == 1; });
        lose(2);
        lose(1);
    }

    // What was emitted arrives once and in order, unless the session could not be recovered.
    std::string examine() override
    {
        if (!client_ || !server_)
            return "there is no client, or no server";
        if (!patiently([this] { return client_.connected() && members_.size() == 1; }))
            return "the client does not connect again";
        for (std::size_t i = 1; i < heard_.size(); ++i)
            if (heard_[i] <= heard_[i - 1])
                return "an event comes twice, or late";
        // A client that has heard nothing yet cannot be recovered.
        members_.front().join("room");
        server_->in("room").emit("news", next());
        if (!patiently([this] { return !heard_.empty() && heard_.back() == sent_; }))
            return "the client is not reached";
        if (!lose(2, true))
            return "the client does not come back";
        if (!client_.recovered())
            return "the client is not recovered";
        auto const at_last = [this](std::size_t from_the_end) { return heard_[heard_.size() - from_the_end]; };
        if (!patiently([&] { return heard_.size() >= 2 && at_last(1) == sent_ && at_last(2) == sent_ - 1; }))
            return "the client misses what was sent";
        return {};
    }

    bool end() override
    {
        members_.clear();
        client_ = {};
        if (server_)
            server_->close();
        return run_out();
    }

private:
    void open_server()
    {
        if (!server_) {
            socketio::server_options options;
            options.address = "127.0.0.1";
            options.close_timeout = 100ms;
            options.connectionStateRecovery.emplace();
            server_.emplace(context_, std::uint16_t{0}, options);
        }
        server_->off("connection");
        server_->on("connection", [this](socketio::server_socket socket) {
            socket.on("disconnect", [this, id = socket.id()] {
                std::erase_if(members_, [&](auto const& each) { return each.id() == id; });
            });
            if (!socket.recovered())
                socket.join("room");
            members_.push_back(socket);
        });
    }
    void connect()
    {
        auto made = socketio::io(context_, "http://127.0.0.1:" + std::to_string(server_->port()),
            {.forceNew = true, .reconnectionDelay = 1ms, .reconnectionDelayMax = 5ms, .close_timeout = 100ms});
        made.on("news", [this](int number) { heard_.push_back(number); });
        client_ = made;
    }
    // The connection ends, and so many events are emitted before the client is back.
    bool lose(int events, bool surely = false)
    {
        if (members_.empty() || !client_.connected())
            return false;
        twice([this] { members_.front().conn().close(); });
        auto const gone = [this] { return members_.empty(); };
        surely ? patiently(gone) : wait(gone);
        for (; events != 0; --events)
            twice([this] { server_->in("room").emit("news", next()); });
        auto const back = [this] { return client_.connected() && !members_.empty(); };
        return surely ? patiently(back) : wait(back);
    }
    int next()
    {
        spared const this_too;
        heard_.reserve(64);
        return ++sent_;
    }

    std::optional<socketio::server> server_;
    socketio::socket client_;
    std::vector<socketio::server_socket> members_;
    std::vector<int> heard_;
    int sent_ = 0;
};

} // namespace

TEST_CASE("whichever allocation fails, no event comes twice after a recovery, and the next recovery is whole")
{
    fail_each_allocation([] { return std::make_unique<recovery>(); });
}
