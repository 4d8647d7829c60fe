// SPDX-License-Identifier: GPL-2.0
/* The card as DAHDI sees it: its device and spans, its interrupt once a millisecond, its coming and going. */
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/version.h>
#include "vcard.h"

#define TICK_NS NSEC_PER_MSEC
/* Of a stall longer than this the rest is lost, as a card's interrupts are. */
#define MAX_TICKS_AT_ONCE 100

struct span_kind {
	const char *name;
	int channels;
	int d_channel; /* 0: none */
	enum spantypes type;
	int sigcap;
};

static const struct span_kind kinds[VCARD_SPANS] = {
	[VCARD_FXS] = { "FXS", VCARD_LINES, 0, SPANTYPE_ANALOG_FXS, DAHDI_SIG_FXOKS | DAHDI_SIG_FXOLS },
	[VCARD_FXO] = { "FXO", VCARD_LINES, 0, SPANTYPE_ANALOG_FXO, DAHDI_SIG_FXSKS | DAHDI_SIG_FXSLS },
	[VCARD_BRI_NT] = { "BRI-NT", 3, 3, SPANTYPE_DIGITAL_BRI_NT, DAHDI_SIG_CLEAR },
	[VCARD_BRI_TE] = { "BRI-TE", 3, 3, SPANTYPE_DIGITAL_BRI_TE, DAHDI_SIG_CLEAR },
	[VCARD_E1_NT] = { "E1-NT", 31, 16, SPANTYPE_DIGITAL_E1, DAHDI_SIG_CLEAR },
	[VCARD_E1_TE] = { "E1-TE", 31, 16, SPANTYPE_DIGITAL_E1, DAHDI_SIG_CLEAR },
};

DEFINE_MUTEX(vcard_lock);
static struct platform_device *slot;
static struct vcard *present;
/*
 * Every card that ever was in. Their channels are freed with the module only: a process that still holds one open has it in its epoll sets, and nothing
 * tells when it lets go.
 */
static LIST_HEAD(cards);
static struct hrtimer interrupt;

struct vcard *vcard_present(void)
{
	return present;
}

static void one_millisecond(struct vcard *card)
{
	unsigned long flags;
	int i;

	local_irq_save(flags);
	for (i = 0; i < VCARD_SPANS; i++)
		dahdi_transmit(&card->spans[i].span);
	vcard_digital_tick(card);
	vcard_analogue_tick(card);
	for (i = 0; i < VCARD_SPANS; i++) {
		dahdi_ec_span(&card->spans[i].span);
		dahdi_receive(&card->spans[i].span);
	}
	local_irq_restore(flags);
}

static enum hrtimer_restart on_interrupt(struct hrtimer *timer)
{
	u64 ticks = min_t(u64, hrtimer_forward_now(timer, ns_to_ktime(TICK_NS)), MAX_TICKS_AT_ONCE);

	while (ticks--)
		one_millisecond(present);
	return HRTIMER_RESTART;
}

static int add_span(struct vcard *card, int index)
{
	const struct span_kind *kind = &kinds[index];
	struct vcard_span *mine = &card->spans[index];
	struct dahdi_span *span = &mine->span;
	int i;

	mine->card = card;
	mine->index = index;
	snprintf(span->name, sizeof(span->name), "VCARD/%s", kind->name);
	snprintf(span->desc, sizeof(span->desc), "Virtual card, %s", kind->name);
	span->deflaw = DAHDI_LAW_ALAW;
	span->channels = kind->channels;
	span->chans = mine->chans;
	span->spantype = kind->type;
	if (kind->d_channel) {
		span->ops = &vcard_digital_ops;
		span->linecompat = DAHDI_CONFIG_AMI | DAHDI_CONFIG_CCS | DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_CRC4;
	} else {
		span->ops = &vcard_analogue_ops;
		span->flags = DAHDI_FLAG_RBS; /* signalling by hooksig */
	}
	for (i = 0; i < kind->channels; i++) {
		struct dahdi_chan *chan = kzalloc(sizeof(*chan), GFP_KERNEL);

		if (!chan)
			return -ENOMEM;
		mine->chans[i] = chan;
		snprintf(chan->name, sizeof(chan->name), "VCARD/%s/%d", kind->name, i + 1);
		chan->chanpos = i + 1;
		chan->pvt = mine;
		chan->sigcap = kind->sigcap | (i + 1 == kind->d_channel ? DAHDI_SIG_HARDHDLC : 0);
	}
	list_add_tail(&span->device_node, &card->device->spans);
	return 0;
}

static void free_card(struct vcard *card)
{
	int i, j;

	list_del(&card->all);
	for (i = 0; i < VCARD_SPANS; i++)
		for (j = 0; j < VCARD_MAX_CHANNELS; j++)
			kfree(card->spans[i].chans[j]);
	if (card->device)
		dahdi_free_device(card->device);
	kfree(card);
}

int vcard_insert(void)
{
	struct vcard *card;
	int i, result = -ENOMEM;

	if (present)
		return -EBUSY;
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return -ENOMEM;
	list_add(&card->all, &cards);
	card->device = dahdi_create_device();
	if (!card->device)
		goto failed;
	card->device->manufacturer = "Branchline's tests";
	card->device->devicetype = "Virtual card";
	card->device->hardware_id = "VCARD";
	card->device->location = "nowhere";
	for (i = 0; i < VCARD_SPANS; i++) {
		result = add_span(card, i);
		if (result)
			goto failed;
	}
	result = dahdi_register_device(card->device, &slot->dev);
	if (result)
		goto failed;
	present = card;
	hrtimer_start(&interrupt, ns_to_ktime(TICK_NS), HRTIMER_MODE_REL);
	return 0;

failed:
	free_card(card);
	return result;
}

void vcard_pull(void)
{
	hrtimer_cancel(&interrupt);
	/* Tells every open channel DAHDI_EVENT_REMOVED, waits a second for it to be read, and answers ENODEV from then on. */
	dahdi_unregister_device(present->device);
	present = NULL;
}

static int __init vcard_init(void)
{
	int result;

	slot = platform_device_register_simple("vcard", -1, NULL, 0);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	hrtimer_setup(&interrupt, on_interrupt, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
#else
	hrtimer_init(&interrupt, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	interrupt.function = on_interrupt;
#endif
	result = vcard_insert();
	if (!result)
		result = vcard_faults_init();
	if (!result)
		return 0;
	if (present)
		vcard_pull();
	platform_device_unregister(slot);
	return result;
}

static void __exit vcard_exit(void)
{
	struct vcard *card, *next;

	vcard_faults_exit();
	if (present)
		vcard_pull();
	list_for_each_entry_safe(card, next, &cards, all)
		free_card(card);
	platform_device_unregister(slot);
}

module_init(vcard_init);
module_exit(vcard_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A telephony card without hardware, for tests");
