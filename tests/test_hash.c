#include "tests/support/cmocka.h"

#include "core/hash.h"

static void check_sha256(struct span text, const char *expected)
{
    struct sha256 hash = hash_sha256(text);
    char hex[65];
    hash_hex(&hash, hex);
    assert_string_equal(hex, expected);
}

static void sha256_agrees_with_fips_180(void **state)
{
    (void)state;
    check_sha256(SPAN("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_sha256(SPAN(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_sha256(SPAN("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void an_empty_span_may_point_nowhere(void **state)
{
    (void)state;
    check_sha256((struct span){NULL, 0},
                 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_true(hash_crc32((struct span){NULL, 0}) == 0);
}

static void crc32_agrees_with_its_check_value(void **state)
{
    (void)state;
    assert_true(hash_crc32(SPAN("123456789")) == 0xcbf43926u);
    assert_true(hash_crc32(SPAN("")) == 0);
    assert_true(hash_crc32(SPAN("123456780")) != 0xcbf43926u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_agrees_with_fips_180),
        cmocka_unit_test(an_empty_span_may_point_nowhere),
        cmocka_unit_test(crc32_agrees_with_its_check_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
