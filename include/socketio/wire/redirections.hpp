// Redirections of a client's request (RFC 9110, section 15.4): which ones are followed, and what goes along.
#pragma once

#include <socketio/core/config.hpp>
#include <socketio/wire/http.hpp>
#include <socketio/wire/url.hpp>

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio::detail {

// True if the answer names another place for the same request.
SOCKETIO_DECL bool is_redirection(http_head const& answer) noexcept;

// The redirections of one request.
class redirections {
public:
    explicit redirections(unsigned most) noexcept : most_{most} {}

    // True for a redirection, unless none is allowed at all.
    bool follows(http_head const& answer) const noexcept { return most_ != 0 && is_redirection(answer); }
    // Leads the request for `target` (path and query) at `to` to the answer's Location. An error changes neither, and
    // `message` explains it.
    std::error_code follow(http_head const& answer, url& to, std::string& target, std::string& message);

private:
    unsigned most_;
    unsigned followed_ = 0;
};

// Removes what must not go along with a redirection. `named` are headers that go to another origin, too, besides the
// harmless ones.
SOCKETIO_DECL void drop_secrets(std::vector<http_header>& headers, bool same_origin,
                                std::vector<std::string> const& named);

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/wire/impl/redirections.ipp>
#endif
