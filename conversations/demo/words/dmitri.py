def tell(story):
    story.begin("Письмо Дмитрию", days=26, at="18:20", model="lantern-2-large", tags=["letters"])
    story.ask(
        "Please answer Dmitri in Russian, two or three sentences: the telescope stands in Göttingen, he is invited, "
        "and his old star atlas from Moscow arrived in one piece."
    )
    story.answer(
        """
        > Дорогой Дмитрий! Твой старый звёздный атлас доехал из Москвы целым, спасибо. Телескоп уже стоит у меня в
        > саду в Гёттингене, и место у окуляра для тебя всегда есть. Приезжай, когда будет ясно, или когда не
        > будет: тогда выпьем чаю.

        I wrote **ты** (твой, тебя), since you call him a friend. For вы the second sentence would end: *место у
        окуляра для Вас всегда есть*.
        """
    )
