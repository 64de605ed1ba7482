/** Public keys made for tests; whoever had their private halves has thrown them away. */

export const signer = {
  fingerprint: "F3FDE09B46F65243D81FF2CBC53B4EF365C0219B",
  armor: `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawh4sxYJKwYBBAHaRw8BAQdASrEzt6yXNDgoVfRn58gSB+h8QhXNuhQrvhAP
XeV1YMW0G1NpZ25lciA8U2lnbmVyQHRyaXBvZC50ZXN0PoiQBBMWCAA4FiEE8/3g
m0b2UkPYH/LLxTtO82XAIZsFAmsIeLMCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgEC
F4AACgkQxTtO82XAIZsDYwEAzgGDHhWqPsC4hIXwe8EYNuBH8nIZxEbHCgJe/9Ca
urIBAM555b4dXEvdvflMMz8SiIt4/wW6yV5wkOGhl0UdVcsM
=6FCW
-----END PGP PUBLIC KEY BLOCK-----
`,
} as const;

export const stranger = {
  fingerprint: "B21CCA7B2C4B184D3D67688DE94B3688C424FFF7",
  armor: `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawh4sxYJKwYBBAHaRw8BAQdAuEAvPUt5iU2HjTxtP4wuOCw3Oi2kPk7K7mYR
QzFK1o20H1N0cmFuZ2VyIDxTdHJhbmdlckB0cmlwb2QudGVzdD6IkAQTFggAOBYh
BLIcynssSxhNPWdojelLNojEJP/3BQJrCHizAhsDBQsJCAcCBhUKCQgLAgQWAgMB
Ah4BAheAAAoJEOlLNojEJP/3FoYA/RSY4BYT+SFb9tCVF/enEP7W1thH3pNS184x
HtAQpHPVAP9nc6scClxv+G0LrDzyz1d4Wn1JFlscBf9cBOV8kKUXAQ==
=9fgX
-----END PGP PUBLIC KEY BLOCK-----
`,
} as const;

/** The stranger's with the signer's as a part of it: a part's fingerprint is that of the key it was. */
export const disguised = {
  fingerprint: stranger.fingerprint,
  armor: `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawh4sxYJKwYBBAHaRw8BAQdAuEAvPUt5iU2HjTxtP4wuOCw3Oi2kPk7K7mYR
QzFK1o20H1N0cmFuZ2VyIDxTdHJhbmdlckB0cmlwb2QudGVzdD6IkAQTFggAOBYh
BLIcynssSxhNPWdojelLNojEJP/3BQJrCHizAhsDBQsJCAcCBhUKCQgLAgQWAgMB
Ah4BAheAAAoJEOlLNojEJP/3FoYA/RSY4BYT+SFb9tCVF/enEP7W1thH3pNS184x
HtAQpHPVAP9nc6scClxv+G0LrDzyz1d4Wn1JFlscBf9cBOV8kKUXAbgzBGsIeLMW
CSsGAQQB2kcPAQEHQEqxM7eslzQ4KFX0Z+fIEgfofEIVzboUK74QD13ldWDFiHgE
GBYIACAWIQSyHMp7LEsYTT1naI3pSzaIxCT/9wUCawh4swIbAAAKCRDpSzaIxCT/
91HkAP4vcHbSK/Dc7vP5wi84NYlhohNQ/RjHkCD1QG+useA6oQD9GGOweTppq29V
DzREKEhaCpq+7Fq98C+KFOtpAKgNzgw=
=6Qli
-----END PGP PUBLIC KEY BLOCK-----
`,
} as const;
