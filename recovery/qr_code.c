/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recovery/qr_code.h"

#include <qrcodegen.h>
#include <string.h>

_Static_assert(
	QR_CODE_BYTES >= qrcodegen_BUFFER_LEN_FOR_VERSION(QR_CODE_MAX_VERSION),
	"what the library wants for such a code");

bool qr_code_make(struct qr_code *q, const char *text)
{
	uint8_t work[QR_CODE_BYTES]; /* the text, to begin with */
	size_t len = strnlen(text, QR_CODE_MAX_TEXT + 1);

	if (!len || len > QR_CODE_MAX_TEXT)
		return false;
	memcpy(work, text, len);
	if (!qrcodegen_encodeBinary(work, len, q->bytes, qrcodegen_Ecc_LOW,
		    qrcodegen_VERSION_MIN, QR_CODE_MAX_VERSION,
		    qrcodegen_Mask_AUTO, true))
		return false;
	q->modules = (unsigned int)qrcodegen_getSize(q->bytes);
	return true;
}

bool qr_code_is_dark(const struct qr_code *q, unsigned int x, unsigned int y)
{
	return x < q->modules && y < q->modules &&
	       qrcodegen_getModule(q->bytes, (int)x, (int)y);
}
