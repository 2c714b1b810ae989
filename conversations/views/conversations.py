from django.contrib.auth.decorators import login_required
from django.shortcuts import render


@login_required
def index(request):
    return render(request, "base.html")


@login_required
def new(request):
    return render(request, "base.html")


@login_required
def detail(request, pk):
    return render(request, "base.html")


@login_required
def edit(request, pk):
    return render(request, "base.html")


@login_required
def delete(request, pk):
    return render(request, "base.html")
