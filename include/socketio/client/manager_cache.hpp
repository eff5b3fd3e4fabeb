// The managers of one execution context that io() can share: by origin and path of their servers, as in lookup()
// of the reference (socket.io-client/lib/index.ts), but without global state.
#pragma once

#include <socketio/client/links.hpp>
#include <socketio/core/config.hpp>
#include <socketio/net/executor.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

class manager_cache final : public asio::execution_context::service {
public:
    using key_type = manager_cache;
    inline static asio::execution_context::id id;

    explicit manager_cache(asio::execution_context& context) : asio::execution_context::service{context} {}

    // The socket of this namespace: of an existing manager without that namespace, or of a new one with
    // `settings`. Managers with different executors are not shared.
    static std::shared_ptr<socket_link> socket(asio::any_io_executor const& executor, std::string_view url,
                                               options settings);

private:
    struct entry {
        std::string address;
        std::weak_ptr<manager_link> link;
    };

    std::shared_ptr<manager_link> find(std::string_view address, asio::any_io_executor const& executor);
    void add(std::string address, std::shared_ptr<manager_link> const& link);
    void shutdown() override { entries_.clear(); }

    std::mutex mutex_;
    std::vector<entry> entries_;
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/client/impl/manager_cache.ipp>
#endif
