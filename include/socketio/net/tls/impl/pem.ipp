// Reads files itself, so that an error can name the file and the reason.
#pragma once

#include <socketio/net/tls/pem.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace socketio::detail {

SOCKETIO_TLS_DECL tls_failure bad_option(std::string message)
{
    return {error::tls_options_invalid, std::move(message)};
}

SOCKETIO_TLS_DECL std::string pem_source::description() const
{
    std::string const option = "options::tls." + std::string{name};
    return text.empty() ? option + "_file, " + file : option;
}

// The content of a file, keys included, leaves no copy in freed memory.
class wiped_text {
public:
    explicit wiped_text(std::string text) : text_{std::move(text)} {}
    wiped_text(wiped_text const&) = delete;
    wiped_text& operator=(wiped_text const&) = delete;
    ~wiped_text() { OPENSSL_cleanse(text_.data(), text_.size()); }

    openssl_ptr<BIO> reader() const
    {
        return openssl_ptr<BIO>{BIO_new_mem_buf(text_.data(), static_cast<int>(text_.size()))};
    }

    bool mentions(std::string_view what) const noexcept { return text_.find(what) != std::string::npos; }

private:
    std::string text_;
};

#if defined(_MSC_VER)
#pragma warning(push)
#pragma warning(disable : 4996) // MSVC recommends a function of its own
#endif
SOCKETIO_TLS_DECL std::string pem_text(pem_source const& from, tls_failure& failure)
{
    constexpr std::size_t longest = 64 * 1024 * 1024;
    if (!from.text.empty())
        return from.text;
    errno = 0;
    std::FILE* const file = std::fopen(from.file.c_str(), "rb");
    std::string text;
    std::array<char, 4096> part{};
    std::size_t count = 0;
    while (file && text.size() < longest && (count = std::fread(part.data(), 1, part.size(), file)) != 0)
        text.append(part.data(), count);
    bool const failed = !file || std::ferror(file) != 0;
    int const reason = errno;
    if (file)
        std::fclose(file);
    OPENSSL_cleanse(part.data(), part.size());
    if (failed)
        failure = bad_option(from.description() + ": " + std::generic_category().message(reason));
    return text;
}
#if defined(_MSC_VER)
#pragma warning(pop)
#endif

// OpenSSL reports the end of the text as an error, which is ignored once an object was found.
inline void check_found(pem_source const& from, bool any, char const* what, tls_failure& failure)
{
    unsigned long const last = ERR_peek_last_error();
    bool const at_end = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
    if (!any && at_end)
        failure = bad_option(from.description() + ": there is no " + what + " in it");
    else if (!at_end)
        failure = bad_option(from.description() + ": not PEM: " + take_reason());
    ERR_clear_error();
}

SOCKETIO_TLS_DECL std::vector<openssl_ptr<X509>> pem_certificates(pem_source const& from, tls_failure& failure)
{
    std::vector<openssl_ptr<X509>> found;
    wiped_text const text{pem_text(from, failure)};
    if (failure.code)
        return found;
    ERR_clear_error();
    auto const reader = text.reader();
    while (X509* const each = PEM_read_bio_X509_AUX(reader.get(), nullptr, nullptr, nullptr))
        found.emplace_back(each);
    check_found(from, !found.empty(), "certificate", failure);
    return found;
}

SOCKETIO_TLS_DECL std::vector<openssl_ptr<X509_CRL>> pem_revocations(pem_source const& from, tls_failure& failure)
{
    std::vector<openssl_ptr<X509_CRL>> found;
    wiped_text const text{pem_text(from, failure)};
    if (failure.code)
        return found;
    ERR_clear_error();
    auto const reader = text.reader();
    while (X509_CRL* const each = PEM_read_bio_X509_CRL(reader.get(), nullptr, nullptr, nullptr))
        found.emplace_back(each);
    check_found(from, !found.empty(), "revocation list", failure);
    return found;
}

struct passphrase_request {
    std::function<std::string()> const& ask;
    bool asked = false;
    bool threw = false;

    std::string answer() noexcept
    {
        asked = true;
        if (!ask)
            return {};
#if SOCKETIO_HAS_EXCEPTIONS
        try {
            return ask();
        } catch (...) {
            threw = true;
            return {};
        }
#else
        return ask();
#endif
    }

    // OpenSSL's pem_password_cb.
    static int give(char* into, int size, int, void* self) noexcept
    {
        std::string text = static_cast<passphrase_request*>(self)->answer();
        bool const fits = !text.empty() && text.size() <= static_cast<std::size_t>(size);
        if (fits)
            std::memcpy(into, text.data(), text.size());
        int const length = fits ? static_cast<int>(text.size()) : -1;
        OPENSSL_cleanse(text.data(), text.size());
        return length;
    }
};

SOCKETIO_TLS_DECL openssl_ptr<EVP_PKEY> pem_private_key(pem_source const& from,
                                                        std::function<std::string()> const& passphrase,
                                                        tls_failure& failure)
{
    wiped_text const text{pem_text(from, failure)};
    if (failure.code)
        return {};
    ERR_clear_error();
    passphrase_request request{passphrase};
    openssl_ptr<EVP_PKEY> key{
        PEM_read_bio_PrivateKey(text.reader().get(), nullptr, passphrase_request::give, &request)};
    if (key) {
        // The queue may contain errors of formats that OpenSSL tried first.
    } else if (request.threw) {
        failure = bad_option(from.description() + ": the function options::tls.passphrase threw an exception");
    } else if (request.asked && !passphrase) {
        failure = bad_option(from.description() + ": the key is encrypted, and there is no options::tls.passphrase");
    } else if (request.asked) {
        failure = bad_option(from.description() + ": the key cannot be decrypted: the passphrase is wrong (" +
                             take_reason() + ')');
    } else if (!text.mentions("PRIVATE KEY-----")) {
        failure = bad_option(from.description() + ": there is no private key in it");
    } else {
        failure = bad_option(from.description() + ": the key cannot be read: " + take_reason());
    }
    ERR_clear_error();
    return key;
}

} // namespace socketio::detail
