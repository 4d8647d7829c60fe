/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A telephony card without hardware, for tests: what DAHDI's core, its signalling and its HDLC do with it is what they do with a real one. Its spans
 * are wired to one another in pairs, so that one side can play the exchange:
 *
 *   FXS x4 <-> FXO x4      hook, ringing, polarity, battery
 *   BRI NT <-> BRI TE      D channel by hardware HDLC
 *   E1     <-> E1          the same, with alarms
 *
 * Faults are asked for by /proc/vcard (faults.c lists the words).
 */
#ifndef VCARD_H
#define VCARD_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <dahdi/kernel.h>

enum { VCARD_FXS, VCARD_FXO, VCARD_BRI_NT, VCARD_BRI_TE, VCARD_E1_NT, VCARD_E1_TE, VCARD_SPANS };

#define VCARD_LINES 4
#define VCARD_MAX_CHANNELS 31
/* Of a line's echo. */
#define VCARD_MAX_DELAY_MS 128

struct vcard;

struct vcard_span {
	struct dahdi_span span;
	struct dahdi_chan *chans[VCARD_MAX_CHANNELS];
	struct vcard *card;
	int index;

	/* Digital spans only. */
	bool running;
	int forced_alarms;
	struct dahdi_chan *d_channel; /* by hardware HDLC; NULL: none is configured */
	atomic_t d_waiting;           /* it has frames to send */
	bool d_dropping;              /* the frame now sent is lost */
	int d_loss_percent;           /* of the frames this side sends */
	int d_loss_sum;
};

/*
 * One analogue line. DAHDI sets feed and closed under its own locks; the other side is told at the next tick, where none is held.
 */
struct vcard_line {
	enum dahdi_txsig feed; /* FXS: what its port does with the line */
	bool closed;           /* FXO: the loop */
	bool reversed;         /* FXS: polarity of the feed */
	bool reversed_told;
	int transfer_ms;       /* FXS: for so long audio passes on hook */
	bool waiting_lamp;

	/* Faults. */
	bool cut;
	bool mute_ringing;
	int reversals;         /* asked for by /proc */
	int dead_ms;           /* since the FXO port lost battery */

	/* What comes back to the FXO port of what it sends: echo_shift bits (6 dB each) weaker and echo_delay_ms later; shift 0: nothing. */
	int echo_shift;
	int echo_delay_ms;
	unsigned int sent_chunk;
	short sent[VCARD_MAX_DELAY_MS + 1][DAHDI_CHUNKSIZE];
};

/* From its insertion to its removal. */
struct vcard {
	struct list_head all;
	struct dahdi_device *device;
	struct vcard_span spans[VCARD_SPANS];
	struct vcard_line lines[VCARD_LINES];
};

static inline struct vcard_span *vcard_peer(struct vcard_span *span)
{
	return &span->card->spans[span->index ^ 1];
}

extern const struct dahdi_span_ops vcard_analogue_ops;
extern const struct dahdi_span_ops vcard_digital_ops;

/* All of these run once a millisecond with interrupts off, after every span's transmit and before any span's receive. */
void vcard_analogue_tick(struct vcard *card);
void vcard_digital_tick(struct vcard *card);

/* Works out both alarms of a pair anew and tells DAHDI. */
void vcard_alarms(struct vcard_span *span);

/* The card that is in, or NULL. Under vcard_lock. */
struct vcard *vcard_present(void);
int vcard_insert(void);
void vcard_pull(void);
extern struct mutex vcard_lock;

int vcard_faults_init(void);
void vcard_faults_exit(void);

#endif
