/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading registers through EFI_TCG2_PROTOCOL (TCG EFI Protocol Specification,
 * family 2.0, section 6) with TPM2_PCR_Read (TPM 2.0 Library, part 3). */
#include "tests/boot/standin/pcrs.h"

#include <string.h>

#include "storage/err.h"

#define REGISTERS     24
#define SUCCESS_AT    6	 /* response code of the answer, after tag and size */
#define DIGEST_LEN_AT 28 /* after one selection and the count of digests */
#define DIGEST_AT     30
#define ANSWER_BYTES  128

struct tcg2 {
	void *get_capability;
	void *get_event_log;
	void *hash_log_extend_event;
	EFI_STATUS(EFIAPI *submit_command)
	(struct tcg2 *self, UINT32 len, UINT8 *command, UINT32 answer_len,
		UINT8 *answer);
};

static const EFI_GUID tcg2_guid = {0x607f766c, 0x7455, 0x42be,
	{0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}};

int pcrs_read(const struct firmware *fw, unsigned int number,
	uint8_t ret_digest[PCR_BYTES])
{
	/* All numbers are big-endian. */
	uint8_t command[] = {
		0x80, 0x01,	  /* without sessions */
		0, 0, 0, 20,	  /* size */
		0, 0, 0x01, 0x7e, /* TPM2_PCR_Read */
		0, 0, 0, 1,	  /* of one bank */
		0, 0x0b,	  /* SHA-256 */
		3, 0, 0, 0,	  /* three bytes of registers */
	};
	uint8_t answer[ANSWER_BYTES] = {0};
	void *found = NULL;
	struct tcg2 *tcg2;

	if (number >= REGISTERS ||
		fw->boot->LocateProtocol(
			(EFI_GUID *)&tcg2_guid, NULL, &found) != EFI_SUCCESS)
		return -ERR_NOT_FOUND;
	tcg2 = found;
	command[sizeof(command) - 3 + number / 8] = (uint8_t)(1u << number % 8);
	if (tcg2->submit_command(tcg2, sizeof(command), command, sizeof(answer),
		    answer) != EFI_SUCCESS ||
		memcmp(answer + SUCCESS_AT, "\0\0\0\0", 4) != 0 ||
		answer[DIGEST_LEN_AT] || answer[DIGEST_LEN_AT + 1] != PCR_BYTES)
		return -ERR_IO;
	memcpy(ret_digest, answer + DIGEST_AT, PCR_BYTES);
	return 0;
}
