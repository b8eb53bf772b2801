namespace Ocs.Zoo;

/// <summary>The image that a network is built for.</summary>
public readonly record struct NetworkInput(int Channels, int Height, int Width)
{
    /// <summary>32x32 colour images.</summary>
    public static NetworkInput Cifar { get; } = new(3, 32, 32);

    /// <summary>28x28 grey images: MNIST, Fashion-MNIST.</summary>
    public static NetworkInput Mnist { get; } = new(1, 28, 28);
}
